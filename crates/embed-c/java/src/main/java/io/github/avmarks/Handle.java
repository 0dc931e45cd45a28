package io.github.avmarks;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** A machine that is kept between questions: a session or a job. Several threads may ask it, and wait for each other. */
public final class Handle implements AutoCloseable {
    /** Where the library keeps it; 0 when it is closed. */
    private long handle;

    private Handle(long handle) {
        this.handle = handle;
    }

    /**
     * Opens what the request asks for.
     *
     * @param request {@code {"v":1,"do":"session",…}} or {@code {"v":1,"do":"job",…}}
     * @param body a snapshot, or the progress of an earlier job; empty to start anew
     * @throws AvmarksException where there is none
     */
    public static Handle open(String request, byte[] body) {
        byte[] bytes = request.getBytes(StandardCharsets.UTF_8);
        long[] handle = new long[1];
        byte[] reply = Avmarks.asked(bytes, body, (req, reqLen, about, aboutLen, out) -> {
            long text = Avmarks.avmarks_open(req, reqLen, about, aboutLen, out + 8, out);
            handle[0] = new Pointer(out + 8).getLong(0);
            return text;
        });
        Avmarks.ok(reply);
        return new Handle(handle[0]);
    }

    /** A service with its groups, from the start. */
    public static Handle session() {
        return open("{\"v\":1,\"do\":\"session\"}", new byte[0]);
    }

    /** Answers a question: the reply as it is, {@code error} included. */
    public synchronized byte[] call(byte[] request, byte[] body) {
        if (handle == 0) {
            throw new IllegalStateException("it is closed");
        }
        return Avmarks.asked(request, body, (req, reqLen, about, aboutLen, out) -> Avmarks.avmarks_ask(handle, req, reqLen, about, aboutLen, out));
    }

    /**
     * Answers a question.
     *
     * @return what it gave, as JSON
     * @throws AvmarksException where the question could not be put
     */
    public String ask(String request, byte[] body) {
        return Avmarks.ok(call(request.getBytes(StandardCharsets.UTF_8), body));
    }

    /** Gives the memory back. Nothing can be asked afterwards. */
    @Override
    public synchronized void close() {
        if (handle != 0) {
            Avmarks.avmarks_close(handle);
            handle = 0;
        }
    }
}
