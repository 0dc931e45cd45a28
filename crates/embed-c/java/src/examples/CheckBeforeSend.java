import io.github.avmarks.Avmarks;
import java.nio.charset.StandardCharsets;

/** Looks at a request before it would be sent. */
public final class CheckBeforeSend {
    public static void main(String[] args) {
        String body = "{\"GroupId\":\"@TGS#a\",\"CommandType\":1,\"MemberList\":[{\"Member_Account\":\"teacher10\",\"Marks\":[999]}]}";
        String found = Avmarks.check("modify_user_info", body.getBytes(StandardCharsets.UTF_8));
        System.out.println(found.startsWith("{\"accepted\":true") ? "sent" : "not sent: " + found);
    }
}
