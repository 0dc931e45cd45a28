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

    public function testBytesCrossAsTheyAre(): void
    {
        $reply = Avmarks::call('{"v":1,"do":"check","endpoint":"get_members"}', "\xff\x00");
        self::assertStringStartsWith('{"v":1,"ok":{"accepted":false,', $reply);
        self::assertStringStartsWith('{"v":1,"error":{"kind":"not-json"', Avmarks::call("\xff"));
    }

    public function testAnErrorIsThrownWithItsPlace(): void
    {
        try {
            Avmarks::check('modify_user_info', '', ['polcy' => 1]);
            self::fail();
        } catch (AvmarksException $caught) {
            self::assertSame(['unknown-field', '/polcy'], [$caught->kind, $caught->pointer]);
        }
        $this->expectException(AvmarksException::class);
        Handle::job([]);
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
        self::assertSame(1, $session->ask('line', '{"at":0,"do":"tick"}')['line']);
        self::assertSame(2, $session->ask('line', '{"at":0,"do":"tick"}')['line']);
        $session->close();
        $session->close();
        $this->expectException(LogicException::class);
        $session->ask('snapshot');
    }
}
