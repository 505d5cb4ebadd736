//! Headless Chromium, where it is installed, driven over its debugging pipe.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// The names under which it is installed.
const NAMES: [&str; 4] = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// A running browser with one page.
pub struct Browser {
    process: Child,
    commands: std::fs::File,
    messages: Receiver<Value>,
    session: String,
    count: u64,
    /// Everything that the browser reported beside its answers.
    pub events: Vec<Value>,
    _folder: tempfile::TempDir,
}

impl Browser {
    /// Starts a browser; `None` where none is installed.
    pub fn start() -> Option<Browser> {
        let paths = std::env::var_os("PATH")?;
        let installed = |name: &&str| std::env::split_paths(&paths).any(|folder| folder.join(name).is_file());
        let name = NAMES.into_iter().find(installed)?;
        let folder = tempfile::tempdir().expect("a folder");
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        let made = Command::new("mkfifo").args([&input, &output]).status();
        assert!(made.is_ok_and(|status| status.success()), "two pipes");
        // The browser reads commands from descriptor 3 and writes to descriptor 4.
        let process = Command::new("sh")
            .args(["-c", "in=$1 out=$2; shift 2; exec \"$@\" 3<\"$in\" 4>\"$out\"", "sh"])
            .args([&input, &output])
            .arg(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--remote-debugging-pipe", "--hide-scrollbars", "--no-first-run"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let commands = std::fs::OpenOptions::new().write(true).open(&input).expect("the pipe to the browser");
        let mut answers = std::fs::File::open(&output).expect("the pipe from the browser");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let (mut waiting, mut part) = (Vec::new(), vec![0; 1 << 16]);
            while let Ok(count @ 1..) = answers.read(&mut part) {
                waiting.extend_from_slice(&part[..count]);
                while let Some(end) = waiting.iter().position(|byte| *byte == 0) {
                    let message: Vec<u8> = waiting.drain(..=end).collect();
                    let message = serde_json::from_slice(&message[..end]).expect("a message");
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            }
        });
        let (session, events) = (String::new(), Vec::new());
        let mut browser = Browser { process, commands, messages, session, count: 0, events, _folder: folder };
        let target = browser.ask("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.ask("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = attached["sessionId"].as_str().expect("a session").to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Sends a command and returns its result.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.count += 1;
        let id = self.count;
        let mut command = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            command["sessionId"] = self.session.clone().into();
        }
        let text = format!("{command}\0");
        self.commands.write_all(text.as_bytes()).expect("the browser listens");
        loop {
            let message = self.messages.recv_timeout(PATIENCE).unwrap_or_else(|e| panic!("{method}: {e}"));
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Opens a file and waits until it is loaded.
    pub fn open(&mut self, file: &Path) {
        self.events.clear();
        self.ask("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            self.events.push(self.messages.recv_timeout(PATIENCE).expect("the page loads"));
        }
    }

    /// Sets the width and height of the window.
    pub fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    /// Returns the value of an expression on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({ "expression": expression, "returnByValue": true });
        let result = self.ask("Runtime.evaluate", asked);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Returns the PDF that the page is printed to.
    pub fn print(&mut self) -> Vec<u8> {
        let printed =
            self.ask("Page.printToPDF", json!({ "preferCSSPageSize": true, "printBackground": true }));
        decoded(printed["data"].as_str().expect("a file"))
    }

    /// Returns a picture of the window.
    pub fn picture(&mut self) -> Vec<u8> {
        let picture = self.ask("Page.captureScreenshot", json!({ "format": "png" }));
        decoded(picture["data"].as_str().expect("a picture"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns the bytes of a text in base64.
fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 6 | u32::from(digit(*byte)));
        let bits = bits << (6 * (4 - group.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}
