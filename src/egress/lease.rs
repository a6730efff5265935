//! The right to use a connection.

use std::rc::Rc;

use hyper::client::conn::http1::SendRequest;

use super::body::Sending;
use super::wire::{End, Wire};

/// The right to use a connection. Dropped before its exchange is over, it ends the connection.
pub(super) struct Lease {
    sender: Option<SendRequest<Sending>>,
    wire: Rc<Wire>,
}

impl Lease {
    pub(super) fn new(sender: SendRequest<Sending>, wire: Rc<Wire>) -> Self {
        Self {
            sender: Some(sender),
            wire,
        }
    }

    pub(super) fn wire(&self) -> &Rc<Wire> {
        &self.wire
    }

    pub(super) fn sender(&mut self) -> Option<&mut SendRequest<Sending>> {
        self.sender.as_mut()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.sender.as_ref().is_none_or(SendRequest::is_closed)
    }

    pub(super) fn is_of(&self, wire: &Rc<Wire>) -> bool {
        Rc::ptr_eq(&self.wire, wire)
    }

    /// The exchange is over, and the answer was read to its end.
    ///
    /// The connection goes back to its pool. If part of the request is still on its way it does
    /// not: that would have to be sent first, to somebody who has said all there is to say.
    pub(super) fn finish(mut self) {
        if !self.wire.is_upload_done() || self.is_closed() {
            return;
        }
        let (Some(sender), Some(pool)) = (self.sender.take(), self.wire.pool()) else {
            return;
        };
        let wire = Rc::clone(&self.wire);
        wire.rest(pool.idle_time());
        if sender.is_ready() {
            pool.put(wire.key(), Self::new(sender, Rc::clone(&wire)));
        } else {
            wire.leave(sender);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.sender.is_some() {
            self.wire.end(End::Abandoned);
        }
    }
}
