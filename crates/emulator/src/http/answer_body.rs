//! The body of an answer, written piece by piece.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body_util::{Either, Full};
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};

/// Bytes of a body that are handed to hyper at once. It copies them behind the head until its buffer is full, writes that, and keeps the
/// buffer for the connection's next answer; a whole long body would be copied at once, however small the buffer is meant to be.
pub(crate) const PIECE_BYTES: usize = 16_384;

/// The body of an answer: one that is there as a whole (that of every call of the API), or one that is written as it comes, or is of the control API.
pub(crate) struct Body {
    source: Either<Full<Bytes>, axum::body::Body>,
    /// What was taken from the source and is more than a piece.
    rest: Bytes,
}

impl Body {
    pub(crate) fn whole(body: Bytes) -> Self {
        Self { source: Either::Left(Full::new(body)), rest: Bytes::new() }
    }

    pub(crate) const fn streamed(body: axum::body::Body) -> Self {
        Self { source: Either::Right(body), rest: Bytes::new() }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.source).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let bytes = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(bytes)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.source.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (source, rest) = (self.source.size_hint(), self.rest.len() as u64);
        let mut all = SizeHint::new();
        all.set_lower(source.lower().saturating_add(rest));
        if let Some(upper) = source.upper() {
            all.set_upper(upper.saturating_add(rest));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_is_longer_than_allowed() {
        for (bytes, lengths) in
            [(0, vec![]), (PIECE_BYTES, vec![PIECE_BYTES]), (2 * PIECE_BYTES + 1, vec![PIECE_BYTES, PIECE_BYTES, 1])]
        {
            let whole = Bytes::from_iter((0..bytes).map(|at| at as u8));
            for mut body in [Body::whole(whole.clone()), Body::streamed(whole.clone().into())] {
                let (mut context, mut pieces) = (Context::from_waker(std::task::Waker::noop()), Vec::new());
                assert_eq!(body.size_hint().exact(), Some(bytes as u64));
                while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut context) {
                    pieces.push(frame.unwrap().into_data().unwrap());
                    let read: usize = pieces.iter().map(Bytes::len).sum();
                    assert_eq!(body.size_hint().exact(), Some((bytes - read) as u64));
                    assert_eq!(body.is_end_stream(), read == bytes);
                }
                assert_eq!(pieces.iter().map(Bytes::len).collect::<Vec<_>>(), lengths);
                assert_eq!(pieces.concat(), whole);
            }
        }
    }
}
