package io.github.avmarks;

import com.sun.jna.Pointer;

/** A session or a job: state that is kept between requests. Several threads may use it; they wait for each other. */
public final class Handle implements AutoCloseable {
    /** Where the library keeps it; 0 when it is closed. */
    private long handle;

    private Handle(long handle) {
        this.handle = handle;
    }

    /**
     * Opens a session or a job.
     *
     * @param request {@code {"v":1,"do":"session",…}} or {@code {"v":1,"do":"job",…}}
     * @param body a snapshot, or the progress of an earlier job; empty to start anew
     * @throws AvmarksException if the request or the body is invalid
     */
    public static Handle open(String request, byte[] body) {
        byte[] bytes = Avmarks.encoded(request);
        long[] handle = new long[1];
        byte[] reply = Avmarks.asked(bytes, body, (req, reqLen, about, aboutLen, out) -> {
            long text = Avmarks.avmarks_open(req, reqLen, about, aboutLen, out + 8, out);
            handle[0] = new Pointer(out + 8).getLong(0);
            return text;
        });
        Avmarks.ok(reply);
        return new Handle(handle[0]);
    }

    /** Opens a session without groups. */
    public static Handle session() {
        return open("{\"v\":1,\"do\":\"session\"}", Avmarks.NOTHING);
    }

    /** Sends a request and returns the reply, which may be an {@code error}. */
    public synchronized byte[] call(byte[] request, byte[] body) {
        if (handle == 0) {
            throw new IllegalStateException("the session or job is closed");
        }
        return Avmarks.asked(request, body, (req, reqLen, about, aboutLen, out) -> Avmarks.avmarks_ask(handle, req, reqLen, about, aboutLen, out));
    }

    /**
     * Sends a request.
     *
     * @return the value of {@code ok} in the reply, as JSON
     * @throws AvmarksException if the request is invalid
     */
    public String ask(String request, byte[] body) {
        return Avmarks.ok(call(Avmarks.encoded(request), body));
    }

    /** Sends a request without a body. */
    public String ask(String request) {
        return ask(request, Avmarks.NOTHING);
    }

    /** Frees the memory. Later requests throw an {@link IllegalStateException}. */
    @Override
    public synchronized void close() {
        if (handle != 0) {
            Avmarks.avmarks_close(handle);
            handle = 0;
        }
    }
}
