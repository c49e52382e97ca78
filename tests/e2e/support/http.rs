//! HTTP requests to the emulator's own endpoints, one per connection.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

/// Sends one request and returns status and JSON body.
pub(crate) fn request(port: u16, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the emulator listens");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("the emulator takes the request");
    let mut response = Vec::new();
    stream
        .read_to_end(&mut response)
        .expect("the emulator responds");
    let response = String::from_utf8(response).expect("the emulator responds in UTF-8");
    let (head, body) = response.split_once("\r\n\r\n").expect("head and body");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}
