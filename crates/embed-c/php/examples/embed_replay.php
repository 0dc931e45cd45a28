<?php

declare(strict_types=1);

// Reads scenario lines as bytes cut at LF from standard input and answers each, as crates/embed/examples/embed-replay.rs does.
// With the argument `bench` and a body on standard input: microseconds of one `check` of it, the best of 200 bursts of 10.

require __DIR__ . '/../src/autoload.php';

use Avmarks\Avmarks;
use Avmarks\Handle;

if (($argv[1] ?? '') === 'bench') {
    [$request, $body, $best] = ['{"v":1,"do":"check","endpoint":"modify_user_info"}', (string) fgets(STDIN), INF];
    for ($burst = 0; $burst < 200; $burst++) {
        $began = hrtime(true);
        for ($call = 0; $call < 10; $call++) {
            Avmarks::call($request, $body);
        }
        $best = min($best, (hrtime(true) - $began) / 10_000);
    }
    printf("%.2f\n", $best);
    exit;
}
$session = Handle::session();
$ok = '{"v":1,"ok":';
while (($line = fgets(STDIN)) !== false) {
    $reply = $session->call('{"v":1,"do":"line"}', str_ends_with($line, "\n") ? substr($line, 0, -1) : $line);
    echo str_starts_with($reply, $ok) ? substr($reply, strlen($ok), -1) : $reply, "\n";
}
