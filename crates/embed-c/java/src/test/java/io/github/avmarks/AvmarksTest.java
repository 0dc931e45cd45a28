package io.github.avmarks;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.Test;

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

    @Test
    public void bytesCrossAsTheyAre() {
        byte[] reply = Avmarks.call(bytes("{\"v\":1,\"do\":\"check\",\"endpoint\":\"get_members\"}"), new byte[] {-1, 0});
        assertTrue(new String(reply, StandardCharsets.UTF_8).startsWith("{\"v\":1,\"ok\":{\"accepted\":false,"));
        reply = Avmarks.call(new byte[] {-1}, NOTHING);
        assertTrue(new String(reply, StandardCharsets.UTF_8).startsWith("{\"v\":1,\"error\":{\"kind\":\"not-json\""));
    }

    @Test
    public void anErrorIsThrownWithItsPlace() {
        AvmarksException caught = assertThrows(AvmarksException.class, () -> Avmarks.ask("{\"v\":1,\"do\":\"about\",\"p\\\"c\":1}"));
        assertEquals("unknown-field", caught.kind());
        assertEquals("/p\"c", caught.pointer());
        assertEquals("`p\"c` is not a field here: expected `v`, `do`", caught.getMessage());
        caught = assertThrows(AvmarksException.class, () -> Avmarks.ask("{\"v\":1,\"do\":\"about\"}", new byte[1]));
        assertEquals(null, caught.pointer());
        assertThrows(AvmarksException.class, () -> Handle.open("{\"v\":1,\"do\":\"job\"}", NOTHING));
        assertThrows(AvmarksException.class, () -> Avmarks.check("\"\\\n", NOTHING));
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
        Thread[] threads = new Thread[4];
        for (int at = 0; at < threads.length; at++) {
            threads[at] = new Thread(() -> {
                for (int turn = 0; turn < 50; turn++) {
                    session.ask(line, tick);
                }
            });
            threads[at].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals("{\"line\":201,\"events\":[]}", session.ask(line, tick));
        session.close();
        session.close();
        assertThrows(IllegalStateException.class, () -> session.ask(line, tick));
    }
}
