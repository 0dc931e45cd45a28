"""Looks at a request before it would be sent."""

import json

import avmarks

body = json.dumps({"GroupId": "@TGS#a", "CommandType": 1, "MemberList": [{"Member_Account": "teacher10", "Marks": [999]}]})
found = avmarks.check("modify_user_info", body)
print("sent" if found["accepted"] else "not sent")
for violation in found["violations"]:
    print(violation["code"], violation["pointer"], violation["message"])
