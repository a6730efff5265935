//! One connection: what its task, its user and its pool know of each other.
//!
//! The task ([`Driver`](super::driver::Driver)) owns the socket and runs HTTP on it. Whoever has a
//! request on the connection holds a [`Lease`](super::lease::Lease). Between them is the [`Wire`]:
//! the user notes in it until when something must have happened, the task's one timer sees to it.
//! The timer is moved only when it fires or when something is due before it, which is rare; a
//! request costs it nothing.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::task::Waker;

use hyper::client::conn::http1::SendRequest;
use tokio::time::{Duration, Instant};

use super::body::Sending;
use super::limits::Limits;
use super::pool::{Key, Pool};
use super::{EgressError, Phase};

/// Why the task gives the connection up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Something took too long.
    TimedOut(Phase),
    /// The caller's body failed.
    UploadFailed,
    /// Nobody needs it any more, or nobody may use it again.
    Abandoned,
}

/// What is known about a connection on both sides of its task.
pub(super) struct Wire {
    key: Key,
    pool: Weak<Pool>,
    /// When the whole exchange must be over.
    total: Cell<Option<Instant>>,
    /// What must have happened next, and by when.
    step: Cell<Option<(End, Instant)>>,
    /// When the task's timer fires.
    armed: Cell<Option<Instant>>,
    end: Cell<Option<End>>,
    upload: Cell<UploadState>,
    /// When the request's body had gone out, or was gone.
    sent: Cell<Option<Instant>>,
    first_byte: Cell<Duration>,
    waker: Cell<Option<Waker>>,
    /// The sender of an exchange that is over, until the task says that the connection is ready.
    returning: Cell<Option<SendRequest<Sending>>>,
}

/// Where the time went until an answer began. What is sent after that counts for nothing here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// To a connection: resolving, connecting, TLS. Next to nothing with one that was kept.
    pub connect: Duration,
    /// Until the request was sent.
    pub send: Duration,
    /// Until the answer's head was there.
    pub wait: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UploadState {
    Moving,
    /// The rest of it is not wanted.
    Halted,
    Done,
}

impl Wire {
    pub(super) fn new(key: Key, pool: &Rc<Pool>) -> Rc<Self> {
        Rc::new(Self {
            key,
            pool: Rc::downgrade(pool),
            total: Cell::new(None),
            step: Cell::new(None),
            armed: Cell::new(None),
            end: Cell::new(None),
            upload: Cell::new(UploadState::Done),
            sent: Cell::new(None),
            first_byte: Cell::new(Duration::ZERO),
            waker: Cell::new(None),
            returning: Cell::new(None),
        })
    }

    /// The pool that the connection returns to, while there is one.
    pub(super) fn pool(&self) -> Option<Rc<Pool>> {
        self.pool.upgrade()
    }

    /// What the connection is kept under.
    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// A request is sent `now`, in an exchange that counts from `started`.
    pub(super) fn begin(&self, started: Instant, now: Instant, limits: &Limits) {
        self.total.set(started.checked_add(limits.total));
        self.first_byte.set(limits.first_byte);
        self.upload.set(UploadState::Moving);
        self.sent.set(None);
        self.expect(Phase::FirstByte, now, limits.first_byte);
    }

    /// The exchange is over. Without another one, so is the connection after `idle`.
    pub(super) fn rest(&self, idle: Duration) {
        self.total.set(None);
        self.set_step(End::Abandoned, Instant::now().checked_add(idle));
    }

    /// Whether more of the request's body is wanted.
    pub(super) fn upload_moves(&self) -> bool {
        self.upload.get() == UploadState::Moving
    }

    /// The time to the first byte counts from the last piece of the request that moved.
    pub(super) fn upload_moved(&self) {
        // After the answer's head, only the answer is waited for.
        if let Some((End::TimedOut(Phase::FirstByte), _)) = self.step.get() {
            self.expect(Phase::FirstByte, Instant::now(), self.first_byte.get());
        }
    }

    /// The request's body has gone out, or is gone.
    pub(super) fn upload_done(&self) {
        self.upload.set(UploadState::Done);
        self.sent.set(Some(Instant::now()));
    }

    /// Where the time went in an exchange that has `started`, reached the connection at `begun`,
    /// and whose answer begins now.
    pub(super) fn timings(&self, started: Instant, begun: Instant) -> Timings {
        let now = Instant::now();
        let sent = self.sent.get().map_or(now, |sent| sent.min(now));
        Timings {
            connect: begun.saturating_duration_since(started),
            send: sent.saturating_duration_since(begun),
            wait: now.saturating_duration_since(sent),
        }
    }

    /// Sends no more of the request's body, but goes on reading the answer.
    pub(super) fn halt_upload(&self) {
        if self.upload.get() == UploadState::Moving {
            self.upload.set(UploadState::Halted);
        }
    }

    /// Whether the request's body has gone out, or is gone.
    pub(super) fn is_upload_done(&self) -> bool {
        self.upload.get() == UploadState::Done
    }

    /// The next thing must have happened `limit` after `now`.
    pub(super) fn expect(&self, phase: Phase, now: Instant, limit: Duration) {
        self.set_step(End::TimedOut(phase), now.checked_add(limit));
    }

    /// Nothing is waited for just now; only the whole exchange still has an end.
    pub(super) fn expect_nothing(&self) {
        self.step.set(None);
    }

    /// Has the task give the connection up.
    pub(super) fn end(&self, end: End) {
        if self.end.get().is_none() {
            self.end.set(Some(end));
            self.wake();
        }
    }

    /// Whether the task has given the connection up, or should.
    pub(super) fn has_ended(&self) -> bool {
        self.end.get().is_some()
    }

    /// Keeps the sender of an exchange that is over for the task, which knows when it is ready.
    pub(super) fn leave(&self, sender: SendRequest<Sending>) {
        self.returning.set(Some(sender));
    }

    /// What was left.
    pub(super) fn take_left(&self) -> Option<SendRequest<Sending>> {
        self.returning.take()
    }

    /// What an error on this connection means for the caller.
    pub(super) fn explain(&self, error: &hyper::Error) -> EgressError {
        let host = self.key.0.host().to_owned();
        match self.end.get() {
            Some(End::TimedOut(phase)) => EgressError::TimedOut { host, phase },
            Some(End::UploadFailed) => EgressError::Body,
            _ if error.is_user() => EgressError::Body,
            _ if error.is_parse() || is_malformed(error) => EgressError::BadAnswer { host },
            _ => EgressError::ClosedEarly { host },
        }
    }

    /// The connection ended too soon.
    pub(super) fn closed_early(&self) -> EgressError {
        let host = self.key.0.host().to_owned();
        EgressError::ClosedEarly { host }
    }

    /// The answer makes no sense.
    pub(super) fn bad_answer(&self) -> EgressError {
        let host = self.key.0.host().to_owned();
        EgressError::BadAnswer { host }
    }

    /// A time beyond all clocks is none.
    fn set_step(&self, end: End, at: Option<Instant>) {
        self.step.set(at.map(|at| (end, at)));
        if let Some((_, due)) = self.due()
            && self.armed.get().is_none_or(|armed| due < armed)
        {
            self.wake();
        }
    }

    /// What is due first.
    pub(super) fn due(&self) -> Option<(End, Instant)> {
        let total = self.total.get().map(|at| (End::TimedOut(Phase::Total), at));
        [total, self.step.get()]
            .into_iter()
            .flatten()
            .min_by_key(|(_, at)| *at)
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake_by_ref();
            self.waker.set(Some(waker));
        }
    }

    /// When the task's timer fires.
    pub(super) fn armed(&self) -> Option<Instant> {
        self.armed.get()
    }

    pub(super) fn set_armed(&self, at: Option<Instant>) {
        self.armed.set(at);
    }

    /// Whom to wake when something is due earlier than before.
    pub(super) fn remember(&self, waker: &Waker) {
        let known = self.waker.take();
        let known = known.filter(|known| known.will_wake(waker));
        self.waker.set(Some(known.unwrap_or_else(|| waker.clone())));
    }
}

/// A chunked body whose framing is wrong, as opposed to one that stops.
fn is_malformed(error: &hyper::Error) -> bool {
    use std::io::{Error, ErrorKind};
    std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<Error>())
        .is_some_and(|io| matches!(io.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData))
}
