//! Log lines waiting to be written, and the thread that writes them.
//!
//! **Why our own:** a queue that wakes its thread for each line costs a system call and a switch
//! of threads for each request, a tenth of what the whole request costs. Here the thread is woken
//! by the first line, lets others gather for [`GATHER`], and writes all of them at once.

use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How long lines gather. A line is written at most this much later than it was said.
const GATHER: Duration = Duration::from_millis(10);

/// Takes lines. Never waits for whoever reads them.
#[derive(Clone, Debug)]
pub(super) struct Lines(Arc<Shared>);

/// Writes what is still waiting when it is dropped.
#[derive(Debug)]
pub(super) struct Writing {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// Counts the lines for which there was no room.
#[derive(Clone, Debug)]
pub(super) struct Dropped(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    waiting: Mutex<Waiting>,
    first: Condvar,
    most: usize,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: Vec<u8>,
    stop: bool,
}

/// A queue of at most `most` bytes before `sink`.
pub(super) fn queue(
    sink: impl Write + Send + 'static,
    most: usize,
) -> io::Result<(Lines, Writing)> {
    let shared = Arc::new(Shared {
        waiting: Mutex::default(),
        first: Condvar::new(),
        most,
        dropped: AtomicU64::new(0),
    });
    let written = Arc::clone(&shared);
    let thread = thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || written.write_to(sink))?;
    Ok((
        Lines(Arc::clone(&shared)),
        Writing {
            shared,
            thread: Some(thread),
        },
    ))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut sink: impl Write) {
        let mut lines = Vec::new();
        loop {
            let waiting = self.lock();
            let waiting = self
                .first
                .wait_while(waiting, |waiting| waiting.bytes.is_empty() && !waiting.stop);
            let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
            let gathered = self
                .first
                .wait_timeout_while(waiting, GATHER, |waiting| !waiting.stop);
            let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            mem::swap(&mut waiting.bytes, &mut lines);
            let stop = waiting.stop && lines.is_empty();
            drop(waiting);
            if stop {
                return;
            }
            // A sink that is gone takes the lines with it; nobody is left to be told.
            let _ = sink.write_all(&lines).and_then(|()| sink.flush());
            lines.clear();
        }
    }
}

impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.0.lock();
        if waiting.bytes.len() + line.len() > self.0.most {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
            return Ok(line.len());
        }
        let is_first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(line);
        drop(waiting);
        if is_first {
            self.0.first.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

impl Writing {
    /// Counts what is dropped.
    pub(super) fn dropped(&self) -> Dropped {
        Dropped(Arc::clone(&self.shared))
    }
}

impl Dropped {
    /// How many, since the start.
    pub(super) fn count(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.first.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Says what it is given, and waits to be let go each time.
    struct Slow(mpsc::Sender<Vec<u8>>, mpsc::Receiver<()>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            let _ = self.1.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_sink_that_does_not_read_costs_lines_and_not_time() {
        let (says, said) = mpsc::channel();
        let (let_go, stuck) = mpsc::channel();
        let (lines, writing) = queue(Slow(says, stuck), 20).unwrap();
        let mut writer = &lines;
        writer.write_all(b"first\n").unwrap();
        // It is in the sink's hands now, and does not count as waiting.
        assert_eq!(said.recv().unwrap(), b"first\n");
        for _ in 0..10 {
            writer.write_all(b"a line\n").unwrap();
        }
        assert_eq!(
            writing.dropped().count(),
            8,
            "two lines of seven bytes fit into twenty"
        );
        drop(let_go);
        drop(writing);
        assert_eq!(said.recv().unwrap(), b"a line\na line\n");
    }

    #[test]
    fn what_threads_say_at_once_is_all_written_and_no_line_is_torn() {
        let (says, said) = mpsc::channel();
        let (let_go, stuck) = mpsc::channel();
        drop(let_go);
        let (lines, writing) = queue(Slow(says, stuck), 1 << 20).unwrap();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| (&lines).write_all(b"one line\n").unwrap()));
            }
        });
        drop(writing);
        let text: Vec<u8> = said.try_iter().flatten().collect();
        let text = String::from_utf8(text).unwrap();
        assert_eq!(
            text.lines().filter(|line| *line == "one line").count(),
            4000
        );
        assert_eq!(text.len(), 4000 * 9);
    }
}
