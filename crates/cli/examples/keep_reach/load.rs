//! Many connections that send webhooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Makes the request with a number.
pub(crate) trait Body: Fn(usize) -> Vec<u8> + Send + Sync + 'static {}

impl<T: Fn(usize) -> Vec<u8> + Send + Sync + 'static> Body for T {}

/// What came of a load.
pub(crate) struct Load {
    pub(crate) answered: usize,
    pub(crate) elapsed: Duration,
}

impl Load {
    pub(crate) fn rate(&self) -> f64 {
        self.answered as f64 / self.elapsed.as_secs_f64()
    }

    /// Sends webhooks for so long, over connections that are divided among these servers.
    pub(crate) fn run(servers: &[&str], connections: usize, span: Duration, body: impl Body) -> Self {
        Self::send(servers, connections, usize::MAX, span, body)
    }

    /// Sends so many webhooks, each once.
    pub(crate) fn count(servers: &[&str], connections: usize, count: usize, body: impl Body) -> Self {
        Self::send(servers, connections, count, Duration::from_secs(3_600), body)
    }

    fn send(servers: &[&str], connections: usize, count: usize, span: Duration, body: impl Body) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (next, answered, body) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(body));
        runtime.block_on(async {
            let mut streams = Vec::new();
            for number in 0..connections {
                let stream = TcpStream::connect(servers[number % servers.len()]).await.unwrap();
                stream.set_nodelay(true).unwrap();
                streams.push(stream);
            }
            let began = Instant::now();
            let mut all = JoinSet::new();
            for mut stream in streams {
                let (body, next, answered) = (Arc::clone(&body), Arc::clone(&next), Arc::clone(&answered));
                all.spawn(async move {
                    let mut answer = vec![0; 1_024];
                    while began.elapsed() < span {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= count {
                            break;
                        }
                        stream.write_all(&body(number)).await.unwrap();
                        // Each answer is small, and comes whole.
                        let read = stream.read(&mut answer).await.unwrap();
                        let text = String::from_utf8_lossy(&answer[..read]);
                        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            while let Some(ended) = all.join_next().await {
                ended.unwrap();
            }
            Self { answered: answered.load(Ordering::Relaxed), elapsed: began.elapsed() }
        })
    }
}

/// The request of a webhook that tells that an account came online.
pub(crate) fn online(group: &str, account: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"CallbackCommand":"Group.CallbackOnMemberStateChange","GroupId":"{group}","EventType":"Online","MemberList":[{{"Member_Account":"{account}"}}]}}"#
    );
    let query = "SdkAppid=1400000000&CallbackCommand=Group.CallbackOnMemberStateChange&contenttype=json&ClientIP=127.0.0.1&OptPlatform=RESTAPI";
    format!("POST /webhook?{query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}
