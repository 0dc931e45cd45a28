// Looks at a request before it would be sent.
import { check } from "avmarks";

const body = JSON.stringify({ GroupId: "@TGS#a", CommandType: 1, MemberList: [{ Member_Account: "teacher10", Marks: [999] }] });
const found = check("modify_user_info", body);
console.log(found.accepted ? "sent" : "not sent");
for (const { code, pointer, message } of found.violations) console.log(code, pointer, message);
