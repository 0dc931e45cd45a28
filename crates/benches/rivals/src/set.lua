-- Sets marks. KEYS: the members (account -> 1 where online), the marks in use, the pins.
-- ARGV: the time in ms; then of each entry: account, how many marks, the marks. Answers account, marks, account, marks …
local members, in_use, pins = KEYS[1], KEYS[2], KEYS[3]
local asked, custom = {}, redis.call('SCARD', in_use)
local at = 2
while at <= #ARGV do
  for mark = at + 2, at + 1 + ARGV[at + 1] do
    local name = ARGV[mark]
    if not asked[name] then
      asked[name] = redis.call('SCARD', 'holders:' .. name)
      if tonumber(name) >= 1000 and redis.call('SISMEMBER', in_use, name) == 0 then custom = custom + 1 end
    end
  end
  at = at + 2 + ARGV[at + 1]
end
if custom > 10 then return {} end
local served = {}
at = 2
while at <= #ARGV do
  local account, count = ARGV[at], ARGV[at + 1]
  local online, taken = redis.call('HGET', members, account), {}
  for mark = at + 2, at + 1 + count do
    local name = ARGV[mark]
    if online == '1' or (online and name == '500') then
      local holders, is_taken = 'holders:' .. name, true
      if redis.call('SISMEMBER', holders, account) == 0 then
        is_taken = asked[name] < 1000
        if is_taken then
          redis.call('SADD', holders, account)
          if asked[name] == 0 and tonumber(name) >= 1000 then redis.call('SADD', in_use, name) end
          asked[name] = asked[name] + 1
        end
      end
      if is_taken then
        if name == '500' then redis.call('ZADD', pins, ARGV[1] + 259200000, account) end
        taken[#taken + 1] = name
      end
    end
  end
  if #taken > 0 then
    served[#served + 1] = account
    served[#served + 1] = table.concat(taken, ',')
  end
  at = at + 2 + count
end
return served
