//! A handler that reads the body and answers fixed bytes.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};

/// Starts it, and says where as `avmarks --json serve` does; it ends with the process.
pub(crate) fn run(answer: &'static str) -> io::Result<()> {
    println!("{{\"url\":\"http://{}\"}}", start(answer)?);
    loop {
        std::thread::park();
    }
}

/// Starts it, on as many threads as an emulator has, for the rest of the process.
pub(crate) fn start(answer: &'static str) -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("bare").enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            loop {
                let Ok((stream, _)) = listener.accept().await else { continue };
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    let service = service_fn(move |request| handle(request, answer));
                    let builder = &mut hyper::server::conn::http1::Builder::new();
                    let served = builder.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
                    // Connections end when their client has measured enough.
                    let _ = served.await;
                });
            }
        });
    });
    Ok(address)
}

async fn handle(request: Request<Incoming>, answer: &'static str) -> Result<Response<Full<Bytes>>, Infallible> {
    // A body that breaks off is the last of its connection.
    let _ = request.into_body().collect().await;
    Ok(Response::new(Full::new(Bytes::from_static(answer.as_bytes()))))
}
