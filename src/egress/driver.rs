//! The task of one connection.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use hyper::client::conn::http1::Connection;
use hyper::rt::{Read, Write};
use tokio::time::{Instant, Sleep, sleep_until};

use super::body::Sending;
use super::lease::Lease;
use super::wire::{End, Wire};

/// The task of one connection.
pub(super) struct Driver<T: Read + Write> {
    connection: Connection<T, Sending>,
    wire: Rc<Wire>,
    timer: Pin<Box<Sleep>>,
}

impl<T: Read + Write + Unpin> Driver<T> {
    pub(super) fn new(connection: Connection<T, Sending>, wire: Rc<Wire>) -> Self {
        Self {
            connection,
            wire,
            timer: Box::pin(sleep_until(Instant::now())),
        }
    }

    /// Puts the connection back into its pool once it can take the next request. Only
    /// polling the connection makes it ready, so to ask here is to ask in time.
    fn return_to_pool(&self) {
        let Some(sender) = self.wire.take_left() else {
            return;
        };
        if !sender.is_ready() {
            self.wire.leave(sender);
        } else if let Some(pool) = self.wire.pool() {
            let lease = Lease::new(sender, Rc::clone(&self.wire));
            pool.put(self.wire.key(), lease);
        }
    }

    /// Resolves when something was due and has not happened.
    fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            let Some((end, due)) = self.wire.due() else {
                return Poll::Pending;
            };
            let armed = match self.wire.armed() {
                Some(armed) if armed <= due => armed,
                _ => {
                    self.timer.as_mut().reset(due);
                    self.wire.set_armed(Some(due));
                    due
                }
            };
            ready!(self.timer.as_mut().poll(cx));
            self.wire.set_armed(None);
            if armed == due {
                return Poll::Ready(end);
            }
        }
    }
}

impl<T: Read + Write + Unpin> Future for Driver<T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.wire.remember(cx.waker());
        if self.wire.has_ended() {
            return Poll::Ready(());
        }
        // How it ended, whoever has a request on it learns from hyper.
        if Pin::new(&mut self.connection).poll(cx).is_ready() {
            return Poll::Ready(());
        }
        self.return_to_pool();
        let end = ready!(self.poll_overdue(cx));
        self.wire.end(end);
        Poll::Ready(())
    }
}

impl<T: Read + Write> Drop for Driver<T> {
    fn drop(&mut self) {
        self.wire.take_left();
        if let Some(pool) = self.wire.pool() {
            pool.forget(self.wire.key(), &self.wire);
        }
    }
}
