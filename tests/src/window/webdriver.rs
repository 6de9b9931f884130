//! A WebDriver client as small as these tests need: JSON over HTTP to the driver on this machine.
//!
//! Source: W3C WebDriver, <https://www.w3.org/TR/webdriver2/>, "Endpoints".

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// The longest a single command may take; starting the application is one.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A page under the driver's control.
#[derive(Debug)]
pub(super) struct Session {
    port: u16,
    id: String,
}

impl Session {
    /// Has the driver start the application and waits for its page.
    ///
    /// # Errors
    /// When the driver cannot be reached or the application does not start.
    pub(super) fn start(port: u16, program: &str, arguments: &[String]) -> Result<Self> {
        let options = json!({ "binary": program, "args": arguments });
        let wanted =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer =
            call(port, "POST", "/session", Some(&wanted)).context("starting the application")?;
        let id = answer["sessionId"]
            .as_str()
            .context("the driver gave no session")?
            .to_owned();
        Ok(Self { port, id })
    }

    /// Runs a script in the page and gives its result. `arguments` are the script's `arguments`.
    ///
    /// # Errors
    /// When the script throws or the page is gone.
    pub(super) fn execute(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let body = json!({ "script": script, "args": arguments });
        self.call("POST", "execute/sync", Some(&body))
            .with_context(|| format!("in the page: {script}"))
    }

    /// As [`Session::execute`], for a script that calls the last of its `arguments` when it is done.
    ///
    /// # Errors
    /// As [`Session::execute`], and when the script does not end.
    pub(super) fn execute_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let body = json!({ "script": script, "args": arguments });
        self.call("POST", "execute/async", Some(&body))
            .with_context(|| format!("in the page: {script}"))
    }

    /// Ends the session; the driver ends the application.
    ///
    /// # Errors
    /// When the driver is gone.
    pub(super) fn end(&self) -> Result<()> {
        call(self.port, "DELETE", &format!("/session/{}", self.id), None).map(drop)
    }

    fn call(&self, method: &str, endpoint: &str, body: Option<&Value>) -> Result<Value> {
        call(
            self.port,
            method,
            &format!("/session/{}/{endpoint}", self.id),
            body,
        )
    }
}

/// One request and its answer's `value`.
fn call(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let mut stream =
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("the driver does not answer")?;
    stream.set_read_timeout(Some(ANSWER_WITHIN))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let (status, text) = read_answer(BufReader::new(stream))?;
    let answer: Value =
        serde_json::from_str(&text).with_context(|| format!("no JSON in the answer: {text}"))?;
    if !(200..300).contains(&status) {
        let error = &answer["value"];
        bail!(
            "{}: {}",
            error["error"].as_str().unwrap_or("error"),
            error["message"].as_str().unwrap_or_default()
        );
    }
    Ok(answer["value"].clone())
}

/// Status and body of an HTTP answer with a known length.
fn read_answer(mut stream: impl BufRead) -> Result<(u16, String)> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.with_context(|| format!("no HTTP answer: {line:?}"))?;
    let mut length = None;
    loop {
        line.clear();
        ensure!(
            stream.read_line(&mut line)? > 0,
            "the answer ends in its headers"
        );
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = Some(value.trim().parse::<usize>()?);
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length.context("the answer does not say how long it is")?];
    stream.read_exact(&mut body)?;
    Ok((status, String::from_utf8(body)?))
}
