package io.github.avmarks;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

public class AvmarksTest {
    private static final String BODY = "{\"GroupId\":\"g\",\"CommandType\":1,\"MemberList\":[{\"Member_Account\":\"a\",\"Marks\":[999]}]}";
    private static final byte[] NOTHING = new byte[0];

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    public void aRequestIsChecked() {
        String found = Avmarks.check("modify_user_info", bytes(BODY));
        assertTrue(found, found.startsWith("{\"accepted\":false,") && found.contains("/MemberList/0/Marks/0"));
        assertEquals("{\"accepted\":true,\"violations\":[]}", Avmarks.check("modify_user_info", bytes(BODY.replace("999", "1000"))));
    }

    /** The bytes of a text in which %XX is a byte. */
    private static byte[] decoded(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < text.length(); at++) {
            boolean isByte = text.charAt(at) == '%';
            out.write(isByte ? Integer.parseInt(text.substring(at + 1, at + 3), 16) : text.charAt(at));
            at += isByte ? 2 : 0;
        }
        return out.toByteArray();
    }

    @Test
    public void theBorderPassesEverythingAsItIs() throws IOException {
        String table = new String(Files.readAllBytes(Paths.get(System.getProperty("border"))), StandardCharsets.UTF_8);
        int rows = 0;
        for (String line : table.split("\n")) {
            if (!line.startsWith("#")) {
                String[] row = line.split("\t", -1);
                String reply = new String(Avmarks.call(decoded(row[1]), decoded(row[2])), StandardCharsets.UTF_8);
                assertTrue(row[0] + ": " + reply, reply.startsWith(row[3]));
                rows++;
            }
        }
        assertTrue(rows > 40);
    }

    @Test
    public void aBodyOf16MibIsMeasured() {
        byte[] request = bytes("{\"v\":1,\"do\":\"check\",\"endpoint\":\"modify_user_info\"}");
        byte[] padded = new byte[(1 << 24) + request.length];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(request, 0, padded, 1 << 24, request.length);
        String reply = new String(Avmarks.call(request, new byte[1 << 24]), StandardCharsets.UTF_8);
        assertTrue(reply, reply.contains("the body has 16777216 bytes"));
        assertArrayEquals(Avmarks.call(request, bytes(BODY)), Avmarks.call(padded, bytes(BODY)));
    }

    /** Runs it in four threads at once, and says what failed in one. */
    private static void inThreads(Runnable run) throws InterruptedException {
        AtomicReference<Throwable> failed = new AtomicReference<>();
        Thread[] threads = new Thread[4];
        for (int at = 0; at < threads.length; at++) {
            threads[at] = new Thread(run);
            threads[at].setUncaughtExceptionHandler((thread, error) -> failed.set(error));
            threads[at].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertNull(failed.get());
    }

    @Test
    public void threadsMayCallAtOnce() throws InterruptedException {
        byte[] request = bytes("{\"v\":1,\"do\":\"check\",\"endpoint\":\"modify_user_info\"}");
        byte[] expected = Avmarks.call(request, bytes(BODY));
        inThreads(() -> {
            for (int turn = 0; turn < 50; turn++) {
                assertArrayEquals(expected, Avmarks.call(request, bytes(BODY)));
            }
        });
    }

    @Test
    public void anErrorIsThrownWithItsPlace() {
        AvmarksException caught = assertThrows(AvmarksException.class, () -> Avmarks.ask("{\"v\":1,\"do\":\"about\",\"p\\\"c\":1}"));
        assertEquals("unknown-field", caught.kind());
        assertEquals("/p\"c", caught.pointer());
        assertEquals("/p\"c: `p\"c` is not a field here: expected `v`, `do`", caught.getMessage());
        caught = assertThrows(AvmarksException.class, () -> Avmarks.ask("{\"v\":1,\"do\":\"about\"}", new byte[1]));
        assertEquals(null, caught.pointer());
        assertTrue(caught.getMessage(), caught.getMessage().startsWith("invalid body of length `1`"));
        assertThrows(AvmarksException.class, () -> Handle.open("{\"v\":1,\"do\":\"job\"}", NOTHING));
        assertThrows(AvmarksException.class, () -> Avmarks.check("\"\\\n", NOTHING));
    }

    @Test
    public void nullIsNamed() {
        String about = "{\"v\":1,\"do\":\"about\"}";
        NullPointerException caught = assertThrows(NullPointerException.class, () -> Avmarks.check("get_members", null));
        assertEquals("the body is null: expected bytes, or an empty array", caught.getMessage());
        for (ThrowingRunnable ask : new ThrowingRunnable[] {() -> Avmarks.ask(null), () -> Avmarks.call(null, NOTHING), () -> Handle.open(null, NOTHING)}) {
            assertEquals("the request is null", assertThrows(NullPointerException.class, ask).getMessage());
        }
        assertThrows(NullPointerException.class, () -> Handle.session().ask(about, null));
        assertEquals("the text is null", assertThrows(NullPointerException.class, () -> Avmarks.check(null, NOTHING)).getMessage());
    }

    @Test
    public void textIsQuotedAsJson() {
        assertEquals("\"\u00e9\ud83d\ude00\\\"\\\\\\u000a\"", Avmarks.quoted("\u00e9\ud83d\ude00\"\\\n"));
        // Half of a surrogate pair.
        assertEquals("\"a\\ud83d\"", Avmarks.quoted("a\ud83d"));
        assertEquals("invalid-value", assertThrows(AvmarksException.class, () -> Avmarks.check("\ud83d", NOTHING)).kind());
    }

    @Test
    public void marksCrossAsJson() {
        String plan = "{\"v\":1,\"do\":\"plan\",\"change\":\"set\",\"group\":\"g\",\"inputs\":[{\"account\":\"a\",\"marks\":[%d]}]}";
        for (long mark : new long[] {1000, 4294967295L}) {
            assertTrue(Avmarks.ask(String.format(plan, mark)).startsWith("{\"accepted\":true"));
        }
        for (long mark : new long[] {4294967296L, -1}) {
            assertTrue(Avmarks.ask(String.format(plan, mark)).startsWith("{\"accepted\":false"));
        }
    }

    @Test
    public void aSessionIsSharedUntilItIsClosed() throws InterruptedException {
        Handle session = Handle.session();
        String line = "{\"v\":1,\"do\":\"line\"}";
        byte[] tick = bytes("{\"at\":0,\"do\":\"tick\"}");
        inThreads(() -> {
            for (int turn = 0; turn < 50; turn++) {
                session.ask(line, tick);
            }
        });
        assertEquals("{\"line\":201,\"events\":[]}", session.ask(line, tick));
        assertTrue(session.ask("{\"v\":1,\"do\":\"snapshot\"}").startsWith("{\"avmarks_snapshot\":"));
        session.close();
        session.close();
        assertThrows(IllegalStateException.class, () -> session.ask(line, tick));
    }
}
