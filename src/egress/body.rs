//! What is sent and what is received, piece by piece.

use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Instant;

use super::lease::Lease;
use super::wire::{End, Timings, Wire};
use super::{EgressError, Phase};

/// The body of a request.
pub struct Upload(Kind);

enum Kind {
    Empty,
    Whole(Bytes),
    Stream {
        pieces: Pin<Box<dyn Stream<Item = Result<Bytes, UploadFailed>>>>,
        length: Option<u64>,
    },
}

/// The caller's stream failed. Why is the caller's own business, and known there.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the body of the request ended in an error")]
pub(super) struct UploadFailed;

impl Upload {
    /// No body.
    pub fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// A body that is all there.
    pub fn whole(bytes: Bytes) -> Self {
        Self(if bytes.is_empty() {
            Kind::Empty
        } else {
            Kind::Whole(bytes)
        })
    }

    /// A body that comes in pieces, and is asked for the next one when the upstream takes it.
    ///
    /// With a `length` it is sent as that many bytes, and a stream that has fewer is an error;
    /// without, it is sent in chunks.
    pub fn stream<S, E>(pieces: S, length: Option<u64>) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + 'static,
        E: 'static,
    {
        if length == Some(0) {
            return Self::empty();
        }
        let pieces = Box::pin(pieces.map_err(|_| UploadFailed));
        Self(Kind::Stream { pieces, length })
    }

    /// Its length in bytes, if that is known.
    pub fn length(&self) -> Option<u64> {
        match &self.0 {
            Kind::Empty => Some(0),
            Kind::Whole(bytes) => Some(bytes.len() as u64),
            Kind::Stream { length, .. } => *length,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        matches!(self.0, Kind::Empty)
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, UploadFailed>>> {
        match &mut self.0 {
            Kind::Stream { pieces, .. } => pieces.as_mut().poll_next(cx),
            kind => Poll::Ready(match mem::replace(kind, Kind::Empty) {
                Kind::Whole(bytes) => Some(Ok(bytes)),
                _ => None,
            }),
        }
    }
}

/// An upload on a connection, which hears how it goes.
pub(super) struct Sending {
    upload: Upload,
    wire: Rc<Wire>,
}

impl Sending {
    pub(super) fn new(upload: Upload, wire: Rc<Wire>) -> Self {
        Self { upload, wire }
    }

    /// The upload, of which nothing was taken yet.
    pub(super) fn into_upload(mut self) -> Upload {
        mem::replace(&mut self.upload, Upload::empty())
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = UploadFailed;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, UploadFailed>>> {
        if !self.wire.upload_moves() {
            // Nobody will wake this: the connection ends with the answer.
            return Poll::Pending;
        }
        let piece = ready!(self.upload.poll_piece(cx));
        match piece {
            Some(Ok(_)) => self.wire.upload_moved(),
            Some(Err(_)) => self.wire.end(End::UploadFailed),
            None => {}
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.upload.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.upload
            .length()
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.wire.upload_done();
    }
}

/// The body of an answer: a stream that ends cleanly or in an error, never silently short.
///
/// Nothing is read ahead of whoever polls it but what one buffer holds. Read to its end it gives
/// its connection back; dropped before, it closes it.
pub struct Download {
    incoming: Incoming,
    /// None once the end was seen.
    lease: Option<Lease>,
    length: Option<u64>,
    idle: Duration,
    is_waiting: bool,
    timings: Timings,
}

impl Download {
    pub(super) fn new(incoming: Incoming, lease: Lease, idle: Duration, timings: Timings) -> Self {
        lease.wire().expect_nothing();
        let mut download = Self {
            length: incoming.size_hint().exact(),
            incoming,
            lease: Some(lease),
            idle,
            is_waiting: false,
            timings,
        };
        download.finish_at_end();
        download
    }

    /// How many bytes it has in all, if that is known. None for what comes in chunks or ends with
    /// the connection; 0 for answers without a body, whatever their headers say.
    pub fn content_length(&self) -> Option<u64> {
        self.length
    }

    /// Where the time went until the answer began; after redirects, that of the last request.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    fn finish_at_end(&mut self) {
        if self.incoming.is_end_stream() {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some(lease) = self.lease.take() {
            lease.finish();
        }
    }

    fn note_waiting(&mut self, is_waiting: bool) {
        let Some(lease) = &self.lease else { return };
        match (self.is_waiting, is_waiting) {
            (false, true) => lease.wire().expect(Phase::Idle, Instant::now(), self.idle),
            (true, false) => lease.wire().expect_nothing(),
            _ => return,
        }
        self.is_waiting = is_waiting;
    }
}

impl Stream for Download {
    type Item = Result<Bytes, EgressError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.lease.is_some() {
            let polled = Pin::new(&mut self.incoming).poll_frame(cx);
            self.note_waiting(polled.is_pending());
            match ready!(polled) {
                Some(Ok(frame)) => {
                    self.finish_at_end();
                    // Trailers are not passed on.
                    if let Ok(bytes) = frame.into_data() {
                        return Poll::Ready(Some(Ok(bytes)));
                    }
                }
                Some(Err(error)) => {
                    let error = self.lease.take().map(|lease| lease.wire().explain(&error));
                    return Poll::Ready(error.map(Err));
                }
                None => self.finish(),
            }
        }
        Poll::Ready(None)
    }
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
