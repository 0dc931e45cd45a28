<?php

declare(strict_types=1);

require_once __DIR__ . '/../src/autoload.php';

use Avmarks\Avmarks;
use Avmarks\AvmarksException;
use Avmarks\Handle;
use PHPUnit\Framework\TestCase;

final class AvmarksTest extends TestCase
{
    private const BODY = '{"GroupId":"g","CommandType":1,"MemberList":[{"Member_Account":"a","Marks":[999]}]}';

    public function testARequestIsChecked(): void
    {
        $found = Avmarks::check('modify_user_info', self::BODY, ['want' => ['answer']]);
        self::assertFalse($found['accepted']);
        self::assertSame('/MemberList/0/Marks/0', $found['violations'][0]['pointer']);
        self::assertSame(10004, $found['answer']['ErrorCode']);
        self::assertTrue(Avmarks::check('modify_user_info', str_replace('999', '1000', self::BODY))['accepted']);
    }

    /** @return iterable<string, list<string>> */
    public static function border(): iterable
    {
        // The table that every language is held to.
        $table = file_get_contents((string) getenv('AVMARKS_BORDER')) ?: throw new RuntimeException('AVMARKS_BORDER names tests/border.tsv');
        foreach (explode("\n", $table) as $line) {
            if ($line !== '' && $line[0] !== '#') {
                [$name, $request, $body, $begins] = explode("\t", $line);
                yield $name => [rawurldecode($request), rawurldecode($body), $begins];
            }
        }
    }

    /** @dataProvider border */
    public function testTheBorderPassesEverythingAsItIs(string $request, string $body, string $begins): void
    {
        self::assertStringStartsWith($begins, Avmarks::call($request, $body));
    }

    public function testABodyOf16MibIsMeasured(): void
    {
        $request = '{"v":1,"do":"check","endpoint":"modify_user_info"}';
        self::assertStringContainsString('the body has 16777216 bytes', Avmarks::call($request, str_repeat("\0", 1 << 24)));
        self::assertSame(Avmarks::call($request, self::BODY), Avmarks::call(str_repeat(' ', 1 << 24) . $request, self::BODY));
    }

    public function testAnErrorIsThrownWithItsPlace(): void
    {
        try {
            Avmarks::check('modify_user_info', '', ['polcy' => 1]);
            self::fail();
        } catch (AvmarksException $caught) {
            self::assertSame(['unknown-field', '/polcy'], [$caught->kind, $caught->pointer]);
            self::assertStringStartsWith('/polcy: `polcy` is not a field here', $caught->getMessage());
        }
        try {
            Avmarks::ask('about', 'x');
            self::fail();
        } catch (AvmarksException $caught) {
            self::assertNull($caught->pointer);
            self::assertStringStartsWith('invalid body of length `1`', $caught->getMessage());
        }
        $this->expectException(AvmarksException::class);
        Handle::job([]);
    }

    public function testAMissingLibraryIsNamed(): void
    {
        $program = 'require ' . var_export(realpath(__DIR__ . '/../src/autoload.php'), true) . '; Avmarks\Avmarks::call("{}");';
        exec('AVMARKS_LIBRARY=/nowhere/libavmarks.so ' . escapeshellarg(PHP_BINARY) . ' -r ' . escapeshellarg($program) . ' 2>&1', $printed, $status);
        self::assertSame(255, $status);
        self::assertStringContainsString('there is no library `/nowhere/libavmarks.so`', implode("\n", $printed));
    }

    public function testMarksCrossAsJson(): void
    {
        foreach ([[1000, true], [4294967295, true], [4294967296, false], [-1, false]] as [$mark, $accepted]) {
            $inputs = [['account' => 'a', 'marks' => [$mark]]];
            $plan = Avmarks::ask('plan', '', ['change' => 'set', 'group' => 'g', 'inputs' => $inputs]);
            self::assertSame($accepted, $plan['accepted']);
        }
    }

    public function testASessionKeepsItsStateUntilItIsClosed(): void
    {
        $session = Handle::session();
        self::assertSame(1, $session->ask('line', '{"at":0,"do":"create_group","group":"g"}')['line']);
        $snapshot = substr($session->call('{"v":1,"do":"snapshot"}'), strlen('{"v":1,"ok":'), -1);
        $again = Handle::session($snapshot);
        self::assertSame($snapshot, substr($again->call('{"v":1,"do":"snapshot"}'), strlen('{"v":1,"ok":'), -1));
        $session->close();
        $session->close();
        $this->expectException(LogicException::class);
        $session->ask('snapshot');
    }

    public function testAHandleIsNotCopied(): void
    {
        $session = Handle::session();
        $this->expectException(\Error::class);
        clone $session;
    }
}
