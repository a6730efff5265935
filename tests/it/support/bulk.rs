//! More bytes than anybody may hold, made and checked piece by piece, and what the server holds.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::app::TestApp;

/// Prime, so that no buffer's length is a multiple of it.
const PERIOD: usize = 65_521;

/// An endless sequence of bytes in which a lost or doubled piece shows.
pub struct Pattern {
    twice: Vec<u8>,
    at: usize,
}

impl Pattern {
    /// The sequence from its beginning.
    pub fn new() -> Self {
        let byte = |n: usize| (n.wrapping_mul(2_654_435_761) >> 7) as u8;
        Self {
            twice: (0..2 * PERIOD).map(|n| byte(n % PERIOD)).collect(),
            at: 0,
        }
    }

    /// The next bytes, at most 64 KiB.
    pub fn next(&mut self, length: usize) -> &[u8] {
        let from = self.at;
        let length = length.min(PERIOD);
        self.at = (from + length) % PERIOD;
        &self.twice[from..from + length]
    }

    /// Writes the first `length` bytes.
    pub fn write(&mut self, to: &mut impl Write, length: u64) -> std::io::Result<()> {
        let mut left = length;
        while left > 0 {
            let piece = self.next(usize::try_from(left).unwrap_or(usize::MAX));
            left -= piece.len() as u64;
            to.write_all(piece)?;
        }
        Ok(())
    }

    /// Reads and compares to the end of `from`, and gives how many bytes there were.
    pub fn compare(&mut self, from: &mut impl Read) -> u64 {
        let mut buffer = vec![0; 64 * 1024 - 100];
        let mut count = 0;
        loop {
            let read = from.read(&mut buffer).unwrap();
            if read == 0 {
                return count;
            }
            assert!(buffer[..read] == *self.next(read), "after {count} bytes");
            count += read as u64;
        }
    }
}

/// Writes the pattern's first `length` bytes in chunks, and the last chunk.
pub fn write_chunks(to: &mut impl Write, length: u64) {
    let (mut pattern, mut left) = (Pattern::new(), length);
    while left > 0 {
        let piece = pattern.next(usize::try_from(left).unwrap());
        left -= piece.len() as u64;
        write!(to, "{:x}\r\n", piece.len()).unwrap();
        to.write_all(piece).unwrap();
        to.write_all(b"\r\n").unwrap();
    }
    to.write_all(b"0\r\n\r\n").unwrap();
}

/// What chunks hold, up to the last one.
pub struct Chunks<R> {
    from: BufReader<R>,
    left: u64,
    is_over: bool,
}

impl<R: Read> Chunks<R> {
    /// Reads the chunks of `from`, which is where the first one begins.
    pub fn new(from: R) -> Self {
        Self {
            from: BufReader::with_capacity(256 * 1024, from),
            left: 0,
            is_over: false,
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        assert!(line.ends_with("\r\n"), "the chunks end early: {line:?}");
        line.trim_end().to_owned()
    }
}

impl<R: Read> Read for Chunks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.left == 0 && !self.is_over {
            self.left = u64::from_str_radix(&self.line(), 16).unwrap();
            self.is_over = self.left == 0;
        }
        let read = (&mut self.from).take(self.left).read(buffer)?;
        assert!(read > 0 || self.is_over, "a chunk ends early");
        self.left -= read as u64;
        if self.left == 0 {
            assert_eq!(self.line(), "");
        }
        Ok(read)
    }
}

/// Serves one connection on a thread of its own, without a runtime in between.
pub fn serve_one<T: Send + 'static>(
    serve: impl FnOnce(TcpStream) -> T + Send + 'static,
) -> (SocketAddr, JoinHandle<T>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || serve(listener.accept().unwrap().0));
    (address, thread)
}

/// Reads everything up to the empty line.
pub fn read_head_blocking(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Writes until nobody has taken a byte for a second, or `most` are written; gives how many were.
pub fn write_until_blocked(stream: &mut TcpStream, most: u64) -> u64 {
    let patience = std::time::Duration::from_secs(1);
    stream.set_write_timeout(Some(patience)).unwrap();
    let piece = [b'x'; 16 * 1024];
    let mut count = 0;
    while count < most {
        match stream.write(&piece) {
            Ok(written) => count += written as u64,
            Err(_) => return count,
        }
    }
    count
}

impl TestApp {
    /// A line of `/proc/PID/status`, in KiB: `VmHWM` is the most that was ever resident.
    pub fn memory(&self, line: &str) -> u64 {
        let path = format!("/proc/{}/status", self.pid());
        let status = std::fs::read_to_string(path).unwrap();
        let found = status.lines().find_map(|text| {
            let rest = text.strip_prefix(line)?.strip_prefix(':')?;
            rest.trim().strip_suffix(" kB")?.parse().ok()
        });
        found.unwrap()
    }

    /// A connection to the server, without a runtime in between.
    pub fn dial_blocking(&self) -> TcpStream {
        TcpStream::connect(self.url.strip_prefix("http://").unwrap()).unwrap()
    }
}
