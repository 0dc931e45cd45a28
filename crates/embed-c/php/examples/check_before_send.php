<?php

declare(strict_types=1);

require __DIR__ . '/../src/autoload.php';

use Avmarks\Avmarks;

$body = json_encode(['GroupId' => '@TGS#a', 'CommandType' => 1, 'MemberList' => [['Member_Account' => 'teacher10', 'Marks' => [999]]]]);
$found = Avmarks::check('modify_user_info', $body);
echo $found['accepted'] ? "sent\n" : "not sent\n";
foreach ($found['violations'] as $violation) {
    echo "$violation[code] $violation[pointer] $violation[message]\n";
}
