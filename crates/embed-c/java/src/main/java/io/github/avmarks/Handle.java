package io.github.avmarks;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;

/** A machine that is kept between questions: a session or a job. Several threads may ask it, and wait for each other. */
public final class Handle implements AutoCloseable {
    private Pointer handle;

    private Handle(Pointer handle) {
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
        PointerByReference out = new PointerByReference();
        long[] length = new long[1];
        Pointer text = Avmarks.avmarks_open(bytes, bytes.length, body, body.length, out, length);
        Avmarks.ok(Avmarks.taken(text, length[0]));
        return new Handle(out.getValue());
    }

    /** A service with its groups, from the start. */
    public static Handle session() {
        return open("{\"v\":1,\"do\":\"session\"}", new byte[0]);
    }

    /** Answers a question: the reply as it is, {@code error} included. */
    public synchronized byte[] call(byte[] request, byte[] body) {
        if (handle == null) {
            throw new IllegalStateException("it is closed");
        }
        long[] length = new long[1];
        Pointer text = Avmarks.avmarks_ask(handle, request, request.length, body, body.length, length);
        return Avmarks.taken(text, length[0]);
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
        if (handle != null) {
            Avmarks.avmarks_close(handle);
            handle = null;
        }
    }
}
