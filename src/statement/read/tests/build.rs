//! Small files of every form, made for the tests.

use aes::cipher::consts::U16;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use sha2::digest::Digest;
use std::io::Write;

/// Returns a ZIP archive of some parts, deflated.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in parts {
        let mut deflated = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflated.write_all(content).unwrap();
        let packed = deflated.finish().unwrap();
        let offset = archive.len() as u32;
        let mut common = vec![20, 0, 0, 8, 8, 0, 0, 0, 0, 0];
        for number in [crc32fast::hash(content), packed.len() as u32, content.len() as u32] {
            common.extend(number.to_le_bytes());
        }
        common.extend((name.len() as u32).to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = archive.len() as u32;
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend([parts.len() as u16; 2].map(u16::to_le_bytes).concat());
    archive.extend((directory.len() as u32).to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    archive
}

/// A workbook of Excel 2007 or later with one sheet.
#[derive(Default)]
pub struct XlsxParts<'a> {
    pub sheet: &'a str,
    pub strings: &'a str,
    pub styles: &'a str,
    pub properties: &'a str,
    pub is_strict: bool,
}

impl XlsxParts<'_> {
    pub fn build(&self) -> Vec<u8> {
        let [main, relations, packages] = if self.is_strict {
            [
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
                "http://schemas.openxmlformats.org/package/2006/relationships",
            ]
        } else {
            [
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://schemas.openxmlformats.org/package/2006/relationships",
            ]
        };
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{relations}/{kind}\" Target=\"{target}\"/>")
        };
        let list = |content: String| format!("<Relationships xmlns=\"{packages}\">{content}</Relationships>");
        let of_package = list(relation("r1", "officeDocument", "xl/workbook.xml"));
        let of_workbook = list(
            relation("s1", "worksheet", "/xl/worksheets/sheet1.xml")
                + &relation("s2", "styles", "styles.xml")
                + &relation("s3", "sharedStrings", "../xl/sharedStrings.xml"),
        );
        let workbook = format!(
            "<?xml version=\"1.0\"?><x:workbook xmlns:x=\"{main}\" xmlns:r=\"{relations}\">{}<x:sheets>\
             <x:sheet name=\"거래 &amp; 내역\" sheetId=\"1\" r:id=\"s1\"/></x:sheets></x:workbook>",
            self.properties
        );
        let sheet = format!("<worksheet xmlns=\"{main}\"><sheetData>{}</sheetData></worksheet>", self.sheet);
        let styles = format!("<styleSheet xmlns=\"{main}\">{}</styleSheet>", self.styles);
        let strings = format!("<sst xmlns=\"{main}\">{}</sst>", self.strings);
        zip(&[
            ("_rels/.rels", of_package.as_bytes()),
            ("xl/workbook.xml", workbook.as_bytes()),
            ("xl/_rels/workbook.xml.rels", of_workbook.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
            ("xl/styles.xml", styles.as_bytes()),
            ("xl/sharedStrings.xml", strings.as_bytes()),
        ])
    }
}

/// Returns a compound file with some streams in its root.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    const END: u32 = 0xffff_fffe;
    const FREE: u32 = 0xffff_ffff;
    fn chain(table: &mut Vec<u32>, sectors: usize) -> u32 {
        let start = table.len() as u32;
        for number in 1..=sectors as u32 {
            table.push(if number == sectors as u32 { END } else { start + number });
        }
        if sectors == 0 { END } else { start }
    }
    let (mut data, mut table) = (Vec::new(), Vec::new());
    let (mut mini, mut mini_table) = (Vec::new(), Vec::new());
    let mut put = |table: &mut Vec<u32>, content: &[u8]| {
        let sectors = content.len().div_ceil(512);
        data.extend(content);
        data.resize(data.len().next_multiple_of(512), 0);
        chain(table, sectors)
    };
    let mut entries = Vec::new();
    for (name, content) in streams {
        let start = if content.len() < 4096 {
            let sectors = content.len().div_ceil(64);
            mini.extend(*content);
            mini.resize(mini.len().next_multiple_of(64), 0);
            chain(&mut mini_table, sectors)
        } else {
            put(&mut table, content)
        };
        entries.push((*name, 2, start, content.len()));
    }
    let root_start = put(&mut table, &mini);
    entries.insert(0, ("Root Entry", 5, root_start, mini.len()));
    let mini_table: Vec<u8> = mini_table.into_iter().flat_map(u32::to_le_bytes).collect();
    let mini_table_start = put(&mut table, &mini_table);
    let mut directory = Vec::new();
    for (number, (name, kind, start, length)) in entries.iter().enumerate() {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let name_length = entry.len() as u16 + 2;
        entry.resize(64, 0);
        entry.extend(name_length.to_le_bytes());
        entry.extend([*kind, 1]);
        let next = if number + 1 < entries.len() { number as u32 + 1 } else { FREE };
        let (right, child) = if number == 0 { (FREE, next) } else { (next, FREE) };
        entry.extend([FREE, right, child].map(u32::to_le_bytes).concat());
        entry.resize(116, 0);
        entry.extend(start.to_le_bytes());
        entry.extend((*length as u64).to_le_bytes());
        directory.extend(entry);
    }
    let directory_start = put(&mut table, &directory);
    let sectors = (1..).find(|sectors| sectors * 128 >= table.len() + sectors).unwrap();
    let table_start = table.len() as u32;
    table.resize(table.len() + sectors, 0xffff_fffd);
    table.resize(sectors * 128, FREE);
    assert!(sectors <= 109, "too large for a test");

    let mut file = super::super::compound::SIGNATURE.to_vec();
    file.resize(24, 0);
    file.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    file.resize(44, 0);
    file.extend([sectors as u32, directory_start, 0, 4096].map(u32::to_le_bytes).concat());
    file.extend([mini_table_start, 1, END, 0].map(u32::to_le_bytes).concat());
    for number in 0..109 {
        let listed = if number < sectors as u32 { table_start + number } else { FREE };
        file.extend(listed.to_le_bytes());
    }
    file.extend(data);
    file.extend(table.into_iter().flat_map(u32::to_le_bytes));
    file
}

/// Returns a workbook locked by Agile Encryption, for a key of that many bytes.
pub fn lock_agile<D: Digest>(
    workbook: &[u8],
    password: &str,
    hash_name: &str,
    key_bytes: usize,
    rounds: u32,
) -> Vec<u8> {
    let hash = |parts: &[&[u8]]| D::digest(parts.concat()).to_vec();
    let sized = |mut bytes: Vec<u8>, length: usize| {
        bytes.resize(length, 0x36);
        bytes
    };
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        bytes
    };
    let (data_salt, key_salt) = ([7; 16], [9; 16]);
    let secret: Vec<u8> = (0..key_bytes as u8).map(|byte| byte.wrapping_mul(37)).collect();
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut base = hash(&[&key_salt, &password]);
    for round in 0..rounds {
        base = hash(&[&round.to_le_bytes(), &base]);
    }
    let with_password = |purpose: [u8; 8], value: Vec<u8>| {
        let key = sized(hash(&[&base, &purpose]), key_bytes);
        base64(&encrypt(&key, Some(key_salt), padded(value)))
    };
    let start = |purpose: &[u8]| <[u8; 16]>::try_from(sized(hash(&[&data_salt, purpose]), 16)).unwrap();

    let mut package = (workbook.len() as u64).to_le_bytes().to_vec();
    for (number, segment) in (0_u32..).zip(workbook.chunks(4096)) {
        package.extend(encrypt(&secret, Some(start(&number.to_le_bytes())), padded(segment.to_vec())));
    }
    let hash_bytes = hash(&[]).len();
    let hmac_key: Vec<u8> = (0..hash_bytes as u8).collect();
    let block = if hash_bytes > 32 { 128 } else { 64 };
    let pad = |pad: u8| {
        let mut key = hmac_key.clone();
        key.resize(block, 0);
        key.iter().map(|byte| byte ^ pad).collect::<Vec<u8>>()
    };
    let hmac = hash(&[&pad(0x5c), &hash(&[&pad(0x36), &package])]);
    let with_secret =
        |purpose: [u8; 8], value: Vec<u8>| base64(&encrypt(&secret, Some(start(&purpose)), padded(value)));

    let scheme = |salt: [u8; 16]| {
        format!(
            "saltSize=\"16\" blockSize=\"16\" keyBits=\"{}\" hashSize=\"{hash_bytes}\" cipherAlgorithm=\"AES\" \
             cipherChaining=\"ChainingModeCBC\" hashAlgorithm=\"{hash_name}\" saltValue=\"{}\"",
            key_bytes * 8,
            base64(&salt)
        )
    };
    let verifier = vec![0x5a; 16];
    let info = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\
         <encryption xmlns=\"http://schemas.microsoft.com/office/2006/encryption\" xmlns:p=\"urn:p\"><keyData {}/>\
         <dataIntegrity encryptedHmacKey=\"{}\" encryptedHmacValue=\"{}\"/><keyEncryptors><keyEncryptor uri=\"p\">\
         <p:encryptedKey spinCount=\"{rounds}\" {} encryptedVerifierHashInput=\"{}\" \
         encryptedVerifierHashValue=\"{}\" encryptedKeyValue=\"{}\"/></keyEncryptor></keyEncryptors></encryption>",
        scheme(data_salt),
        with_secret([0x5f, 0xb2, 0xad, 0x01, 0x0c, 0xb9, 0xe1, 0xf6], hmac_key.clone()),
        with_secret([0xa0, 0x67, 0x7f, 0x02, 0xb2, 0x2c, 0x84, 0x33], hmac),
        scheme(key_salt),
        with_password([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], verifier.clone()),
        with_password([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], hash(&[&verifier])),
        with_password([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], secret.clone()),
    );
    let info = [&[4, 0, 4, 0, 0x40, 0, 0, 0][..], info.as_bytes()].concat();
    compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &package)])
}

/// Returns a workbook locked by Standard Encryption with AES-128.
pub fn lock_standard(workbook: &[u8], password: &str) -> Vec<u8> {
    let hash = |parts: &[&[u8]]| sha1::Sha1::digest(parts.concat()).to_vec();
    let salt = [3; 16];
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut base = hash(&[&salt, &password]);
    for round in 0..50_000_u32 {
        base = hash(&[&round.to_le_bytes(), &base]);
    }
    let base = hash(&[&base, &[0; 4]]);
    let mut block = [0x36; 64];
    block.iter_mut().zip(&base).for_each(|(byte, base)| *byte ^= base);
    let key = hash(&[&block])[..16].to_vec();
    let verifier = vec![0x5a; 16];
    let mut verifier_hash = hash(&[&verifier]);
    verifier_hash.resize(32, 0);
    let mut info = vec![3, 0, 2, 0, 0x24, 0, 0, 0];
    let header: Vec<u8> =
        [0x24, 0, 0x660e, 0x8004, 128, 0x18, 0, 0_u32].iter().flat_map(|n| n.to_le_bytes()).collect();
    info.extend((header.len() as u32).to_le_bytes());
    info.extend(header);
    info.extend(16_u32.to_le_bytes());
    info.extend(salt);
    info.extend(encrypt(&key, None, verifier));
    info.extend(20_u32.to_le_bytes());
    info.extend(encrypt(&key, None, verifier_hash));
    let mut content = workbook.to_vec();
    content.resize(content.len().next_multiple_of(16), 0);
    let package = [(workbook.len() as u64).to_le_bytes().to_vec(), encrypt(&key, None, content)].concat();
    compound(&[("EncryptionInfo", &info), ("EncryptedPackage", &package)])
}

/// Encrypts whole blocks by AES: in CBC mode with a start vector, else in ECB mode.
fn encrypt(key: &[u8], start: Option<[u8; 16]>, mut data: Vec<u8>) -> Vec<u8> {
    fn run<C: KeyInit + BlockCipherEncrypt<BlockSize = U16>>(
        key: &[u8],
        start: Option<[u8; 16]>,
        data: &mut [u8],
    ) {
        let cipher = C::new_from_slice(key).unwrap();
        let mut before = start;
        for block in data.as_chunks_mut::<16>().0 {
            if let Some(before) = before {
                block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
            }
            let mut encrypted = Array::from(*block);
            cipher.encrypt_block(&mut encrypted);
            *block = encrypted.into();
            before = before.map(|_| *block);
        }
    }
    match key.len() {
        16 => run::<aes::Aes128>(key, start, &mut data),
        24 => run::<aes::Aes192>(key, start, &mut data),
        _ => run::<aes::Aes256>(key, start, &mut data),
    }
    data
}

pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits =
            three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            text.push(if digit <= three.len() { char::from(DIGITS[value as usize]) } else { '=' });
        }
    }
    text
}

/// Returns a record of an XLS stream.
pub fn record(id: u16, data: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

/// Returns the data of a cell record: row, column and format, and what follows.
pub fn cell(row: u16, column: u16, format: u16, rest: &[u8]) -> Vec<u8> {
    [&[row, column, format].map(u16::to_le_bytes).concat(), rest].concat()
}

/// Returns a text with its length and flags, in units of 16 bits if a character needs it.
pub fn biff_text(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let is_wide = units.iter().any(|unit| *unit > 0xff);
    let mut data = (units.len() as u16).to_le_bytes().to_vec();
    data.push(is_wide.into());
    for unit in units {
        if is_wide { data.extend(unit.to_le_bytes()) } else { data.push(unit as u8) }
    }
    data
}

/// Returns an XLS workbook with one sheet, from the records of its global part and of the sheet.
pub fn xls(globals: &[Vec<u8>], cells: &[Vec<u8>]) -> Vec<u8> {
    let begin = |kind: u16| {
        record(0x0809, &[[0x0600, kind, 0, 0].map(u16::to_le_bytes).concat(), vec![0; 8]].concat())
    };
    let name = "거래내역";
    let text = &biff_text(name)[2..];
    let mut sheet = vec![0; 4];
    sheet.extend([0, 0, name.encode_utf16().count() as u8]);
    sheet.extend(text);
    let globals = globals.concat();
    let start = begin(5).len() + globals.len() + 4 + sheet.len() + 4;
    sheet[..4].copy_from_slice(&(start as u32).to_le_bytes());
    let mut stream = [
        begin(5),
        globals,
        record(0x0085, &sheet),
        record(10, &[]),
        begin(0x10),
        cells.concat(),
        record(10, &[]),
    ]
    .concat();
    stream.resize(stream.len().max(4096), 0);
    compound(&[("Workbook", &stream)])
}
