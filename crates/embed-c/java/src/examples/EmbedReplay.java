import io.github.avmarks.Avmarks;
import io.github.avmarks.Handle;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads scenario lines as bytes cut at LF from standard input and answers each, as crates/embed/examples/embed-replay.rs does. With
 * the argument {@code bench} and a body on standard input: microseconds of one {@code check} of it, the best of bursts of 10.
 */
public final class EmbedReplay {
    private static final byte[] OK = "{\"v\":1,\"ok\":".getBytes(StandardCharsets.UTF_8);

    /** The next line without its LF; null at the end. */
    private static byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); ; next = in.read()) {
            if (next < 0) {
                return line.size() == 0 ? null : line.toByteArray();
            }
            if (next == '\n') {
                return line.toByteArray();
            }
            line.write(next);
        }
    }

    private static void bench(byte[] body) {
        byte[] request = "{\"v\":1,\"do\":\"check\",\"endpoint\":\"modify_user_info\"}".getBytes(StandardCharsets.UTF_8);
        long best = Long.MAX_VALUE;
        for (int burst = 0; burst < 2_000; burst++) {
            long began = System.nanoTime();
            for (int call = 0; call < 10; call++) {
                Avmarks.call(request, body);
            }
            best = Math.min(best, System.nanoTime() - began);
        }
        System.out.printf("%.2f%n", best / 10_000.0);
    }

    public static void main(String[] args) throws IOException {
        InputStream in = new BufferedInputStream(System.in);
        if (args.length > 0 && args[0].equals("bench")) {
            bench(line(in));
            return;
        }
        byte[] request = "{\"v\":1,\"do\":\"line\"}".getBytes(StandardCharsets.UTF_8);
        try (Handle session = Handle.session(); OutputStream out = new BufferedOutputStream(System.out)) {
            for (byte[] line = line(in); line != null; line = line(in)) {
                byte[] reply = session.call(request, line);
                boolean isOk = reply.length > OK.length && Arrays.equals(Arrays.copyOf(reply, OK.length), OK);
                out.write(reply, isOk ? OK.length : 0, isOk ? reply.length - OK.length - 1 : reply.length);
                out.write('\n');
            }
        }
    }
}
