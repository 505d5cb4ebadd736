//! Locked workbooks (MS-OFFCRYPTO): Agile Encryption, and Standard Encryption of Office 2007.

use super::compound::Compound;
use super::xml::attribute;
use super::zip::{u16_at, u32_at, u64_at};
use super::{FilePlace, KEY_ROUNDS, ReadError, ReadLimit};
use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use quick_xml::events::{BytesStart, Event};
use sha2::digest::Digest;

/// The stream that says how a workbook is locked.
pub(super) const INFO: &str = "EncryptionInfo";
const PACKAGE: &str = "EncryptedPackage";
const BLOCK: usize = 16;
/// Agile Encryption starts anew after that many bytes.
const SEGMENT: usize = 4096;

/// Returns the workbook that is locked in a compound file.
///
/// # Errors
/// [`ReadError::WrongPassword`], damage (the workbook's keyed checksum is verified), an unknown algorithm, or
/// too many rounds of the key.
pub(super) fn unlock(file: &Compound<'_>, info: &[u8], password: &str) -> Result<Vec<u8>, ReadError> {
    let package = file.stream(PACKAGE)?.ok_or(ReadError::damaged(part(PACKAGE), "it is missing"))?;
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    match (u16_at(info, 0), u16_at(info, 2)) {
        (Some(4), Some(4)) => Agile::parse(&info[8.min(info.len())..])?.unlock(package, &password),
        (Some(2..=4), Some(2)) => unlock_standard(info, package, &password),
        _ => Err(unsupported("this way of locking a workbook")),
    }
}

fn part(name: &str) -> FilePlace {
    FilePlace::Part(name.to_owned())
}

fn unsupported(what: &str) -> ReadError {
    ReadError::Unsupported { what: what.to_owned() }
}

fn damaged_info() -> ReadError {
    ReadError::damaged(part(INFO), "a value is missing or wrong")
}

#[derive(Clone, Copy)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn by_name(name: &str) -> Option<Hash> {
        match name.replace('-', "").as_str() {
            "SHA1" => Some(Hash::Sha1),
            "SHA256" => Some(Hash::Sha256),
            "SHA384" => Some(Hash::Sha384),
            "SHA512" => Some(Hash::Sha512),
            _ => None,
        }
    }

    /// Returns the hash of some bytes after one another.
    fn of(self, parts: &[&[u8]]) -> Vec<u8> {
        fn hash<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), |hash, part| hash.chain_update(part)).finalize().to_vec()
        }
        match self {
            Hash::Sha1 => hash::<sha1::Sha1>(parts),
            Hash::Sha256 => hash::<sha2::Sha256>(parts),
            Hash::Sha384 => hash::<sha2::Sha384>(parts),
            Hash::Sha512 => hash::<sha2::Sha512>(parts),
        }
    }

    /// Returns the hash of salt and password, hashed again with a counter for each round.
    fn of_password(self, salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
        fn hash<D: Digest>(salt: &[u8], password: &[u8], rounds: u32) -> Vec<u8> {
            let first = D::new().chain_update(salt).chain_update(password).finalize();
            let next =
                |hash, round: u32| D::new().chain_update(round.to_le_bytes()).chain_update(hash).finalize();
            (0..rounds).fold(first, next).to_vec()
        }
        match self {
            Hash::Sha1 => hash::<sha1::Sha1>(salt, password, rounds),
            Hash::Sha256 => hash::<sha2::Sha256>(salt, password, rounds),
            Hash::Sha384 => hash::<sha2::Sha384>(salt, password, rounds),
            Hash::Sha512 => hash::<sha2::Sha512>(salt, password, rounds),
        }
    }

    /// Returns the HMAC (RFC 2104) of `message`.
    fn hmac(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        let block = match self {
            Hash::Sha1 | Hash::Sha256 => 64,
            Hash::Sha384 | Hash::Sha512 => 128,
        };
        let mut key = if key.len() > block { self.of(&[key]) } else { key.to_vec() };
        key.resize(block, 0);
        let padded = |pad: u8| -> Vec<u8> { key.iter().map(|byte| byte ^ pad).collect() };
        self.of(&[&padded(0x5c), &self.of(&[&padded(0x36), message])])
    }
}

/// The parameters of a key or of the data.
struct Scheme {
    salt: Vec<u8>,
    hash: Hash,
    key_bytes: usize,
}

impl Scheme {
    fn of(element: &BytesStart<'_>) -> Result<Scheme, ReadError> {
        let value = |name| attribute(element, name).ok_or_else(damaged_info);
        if value("cipherAlgorithm")? != "AES" || value("cipherChaining")? != "ChainingModeCBC" {
            return Err(unsupported("a workbook locked by another cipher than AES in CBC mode"));
        }
        if value("blockSize")? != "16" {
            return Err(damaged_info());
        }
        let hash = value("hashAlgorithm")?;
        Ok(Scheme {
            salt: base64(&value("saltValue")?).ok_or_else(damaged_info)?,
            hash: Hash::by_name(&hash).ok_or_else(|| unsupported("a workbook locked by an unknown hash"))?,
            key_bytes: match &*value("keyBits")? {
                "128" => 16,
                "192" => 24,
                "256" => 32,
                _ => return Err(damaged_info()),
            },
        })
    }

    /// Returns the start vector of a purpose or segment.
    fn start(&self, purpose: &[u8]) -> [u8; BLOCK] {
        let mut start = self.hash.of(&[&self.salt, purpose]);
        start.resize(BLOCK, 0x36);
        first_block(&start)
    }
}

fn first_block(bytes: &[u8]) -> [u8; BLOCK] {
    let mut block = [0x36; BLOCK];
    let length = bytes.len().min(BLOCK);
    block[..length].copy_from_slice(&bytes[..length]);
    block
}

/// What `EncryptionInfo` says of Agile Encryption.
struct Agile {
    data: Scheme,
    /// Key and value of the keyed checksum, encrypted.
    integrity: Option<(Vec<u8>, Vec<u8>)>,
    key: Scheme,
    rounds: u32,
    verifier: Vec<u8>,
    verifier_hash: Vec<u8>,
    secret: Vec<u8>,
}

impl Agile {
    fn parse(info: &[u8]) -> Result<Agile, ReadError> {
        let text = std::str::from_utf8(info).map_err(|_| damaged_info())?;
        let mut xml = quick_xml::Reader::from_str(text.trim_end_matches('\0'));
        let (mut data, mut integrity, mut key) = (None, None, None);
        loop {
            match xml.read_event().map_err(|_| damaged_info())? {
                Event::Start(element) | Event::Empty(element) => {
                    let value = |name| -> Result<Vec<u8>, ReadError> {
                        attribute(&element, name).and_then(|text| base64(&text)).ok_or_else(damaged_info)
                    };
                    match element.local_name().as_ref() {
                        "keyData" => data = Some(Scheme::of(&element)?),
                        "dataIntegrity" => {
                            integrity = Some((value("encryptedHmacKey")?, value("encryptedHmacValue")?));
                        }
                        // Keys for certificates have no rounds.
                        "encryptedKey" => {
                            let Some(rounds) = attribute(&element, "spinCount") else { continue };
                            let rounds = rounds.parse::<u32>().map_err(|_| damaged_info())?;
                            key = Some((
                                Scheme::of(&element)?,
                                rounds,
                                value("encryptedVerifierHashInput")?,
                                value("encryptedVerifierHashValue")?,
                                value("encryptedKeyValue")?,
                            ));
                        }
                        _ => {}
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let data = data.ok_or_else(damaged_info)?;
        let (key, rounds, verifier, verifier_hash, secret) =
            key.ok_or_else(|| unsupported("a workbook that no password opens"))?;
        if rounds > KEY_ROUNDS {
            return Err(ReadError::TooLarge {
                place: part(INFO),
                limit: ReadLimit::KeyRounds(KEY_ROUNDS.into()),
            });
        }
        Ok(Agile { data, integrity, key, rounds, verifier, verifier_hash, secret })
    }

    fn unlock(self, mut package: Vec<u8>, password: &[u8]) -> Result<Vec<u8>, ReadError> {
        let hash = self.key.hash.of_password(&self.key.salt, password, self.rounds);
        let decrypt_for = |purpose: [u8; 8], value: &[u8]| {
            let mut key = self.key.hash.of(&[&hash, &purpose]);
            key.resize(self.key.key_bytes, 0x36);
            let mut value = value.to_vec();
            decrypt_cbc(&key, first_block(&self.key.salt), &mut value).map(|()| value)
        };
        let mut verifier = decrypt_for([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], &self.verifier)
            .ok_or_else(damaged_info)?;
        verifier.truncate(self.key.salt.len());
        let verifier_hash =
            decrypt_for([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], &self.verifier_hash)
                .ok_or_else(damaged_info)?;
        if !verifier_hash.starts_with(&self.key.hash.of(&[&verifier])) {
            return Err(ReadError::WrongPassword);
        }
        let mut secret = decrypt_for([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], &self.secret)
            .filter(|secret| secret.len() >= self.data.key_bytes)
            .ok_or_else(damaged_info)?;
        secret.truncate(self.data.key_bytes);
        self.verify(&secret, &package)?;

        let length = package_length(&package)?;
        let content = &mut package[8..];
        for (number, segment) in (0_u32..).zip(content.chunks_mut(SEGMENT)) {
            decrypt_cbc(&secret, self.data.start(&number.to_le_bytes()), segment)
                .ok_or_else(damaged_package)?;
        }
        Ok(workbook_of(package, length))
    }

    /// Verifies the keyed checksum of the package.
    fn verify(&self, secret: &[u8], package: &[u8]) -> Result<(), ReadError> {
        // Without one, the checksums in the archive alone tell damage.
        let Some((key, value)) = &self.integrity else { return Ok(()) };
        let decrypted = |purpose: [u8; 8], value: &[u8]| {
            let mut value = value.to_vec();
            decrypt_cbc(secret, self.data.start(&purpose), &mut value)
                .map(|()| value)
                .ok_or_else(damaged_info)
        };
        let mut key = decrypted([0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6], key)?;
        let value = decrypted([0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33], value)?;
        key.truncate(self.data.hash.of(&[]).len());
        match value.starts_with(&self.data.hash.hmac(&key, package)) {
            true => Ok(()),
            false => Err(damaged_package()),
        }
    }
}

fn damaged_package() -> ReadError {
    ReadError::damaged(part(PACKAGE), "its checksum or length is wrong")
}

/// Returns the length of the workbook in a package, which stands before the encrypted content.
fn package_length(package: &[u8]) -> Result<usize, ReadError> {
    let length = u64_at(package, 0).and_then(|length| usize::try_from(length).ok());
    length.filter(|length| *length <= package.len() - 8).ok_or_else(damaged_package)
}

fn workbook_of(mut package: Vec<u8>, length: usize) -> Vec<u8> {
    package.truncate(8 + length);
    package.drain(..8);
    package
}

/// Unlocks Standard Encryption: AES in ECB mode, its key from 50,000 rounds of SHA-1. It has no checksum of
/// its own; the checksums in the archive tell damage.
fn unlock_standard(info: &[u8], mut package: Vec<u8>, password: &[u8]) -> Result<Vec<u8>, ReadError> {
    let field = |at| u32_at(info, at).ok_or_else(damaged_info);
    let header_end = 12_usize.checked_add(field(8)? as usize).ok_or_else(damaged_info)?;
    let key_bytes = match (field(20)?, field(24)?) {
        (0x660e, 0x8004) => 16,
        (0x660f, 0x8004) => 24,
        (0x6610, 0x8004) => 32,
        _ => return Err(unsupported("a workbook locked by another cipher than AES with SHA-1")),
    };
    // The verifier: length of the salt, salt, encrypted verifier, length of its hash, encrypted hash.
    let verifier = info.get(header_end..).and_then(|rest| rest.get(..72)).ok_or_else(damaged_info)?;
    let (salt, rest) = (&verifier[4..20], &verifier[20..]);
    let hash = Hash::Sha1.of_password(salt, password, 50_000);
    let hash = Hash::Sha1.of(&[&hash, &[0; 4]]);
    let derived = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(&hash).for_each(|(byte, hash)| *byte ^= hash);
        Hash::Sha1.of(&[&block])
    };
    let key = [derived(0x36), derived(0x5c)].concat();
    let key = &key[..key_bytes];
    let (mut verifier, mut verifier_hash) = (rest[..16].to_vec(), rest[20..52].to_vec());
    decrypt_ecb(key, &mut verifier)
        .and_then(|()| decrypt_ecb(key, &mut verifier_hash))
        .ok_or_else(damaged_info)?;
    if verifier_hash[..20] != Hash::Sha1.of(&[&verifier]) {
        return Err(ReadError::WrongPassword);
    }
    let length = package_length(&package)?;
    decrypt_ecb(key, &mut package[8..]).ok_or_else(damaged_package)?;
    Ok(workbook_of(package, length))
}

/// Decrypts whole blocks in place, each with the one before it. Returns `None` if a block is cut off.
fn decrypt_cbc(key: &[u8], start: [u8; BLOCK], data: &mut [u8]) -> Option<()> {
    let mut before = start;
    decrypt_blocks(key, data, |encrypted, decrypted| {
        decrypted.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
        before = encrypted;
    })
}

fn decrypt_ecb(key: &[u8], data: &mut [u8]) -> Option<()> {
    decrypt_blocks(key, data, |_, _| {})
}

/// Decrypts whole blocks in place and calls `chain` with each, encrypted and decrypted. Returns `None` if a
/// block is cut off or the key has a length that AES does not know.
fn decrypt_blocks(
    key: &[u8],
    data: &mut [u8],
    chain: impl FnMut([u8; BLOCK], &mut [u8; BLOCK]),
) -> Option<()> {
    fn run<C: KeyInit + BlockCipherDecrypt<BlockSize = U16>>(
        key: &[u8],
        blocks: &mut [[u8; BLOCK]],
        mut chain: impl FnMut([u8; BLOCK], &mut [u8; BLOCK]),
    ) -> Option<()> {
        let cipher = C::new_from_slice(key).ok()?;
        for block in blocks {
            let encrypted = *block;
            let mut decrypted = Array::from(encrypted);
            cipher.decrypt_block(&mut decrypted);
            *block = decrypted.into();
            chain(encrypted, block);
        }
        Some(())
    }
    let (blocks, rest) = data.as_chunks_mut();
    match key.len() {
        _ if !rest.is_empty() => None,
        16 => run::<Aes128>(key, blocks, chain),
        24 => run::<Aes192>(key, blocks, chain),
        32 => run::<Aes256>(key, blocks, chain),
        _ => None,
    }
}

/// Returns the bytes of a base64 text, or `None` if it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for digit in text.trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}
