#!lua name=onecity
-- SPDX-License-Identifier: Apache-2.0
-- facts: what the aggregator does in Redis, each call whole or not at all, within one slot.

-- HSET and HDEL take what fits on Lua's stack.
local function in_chunks(command, key, args, first, last, step)
	while first <= last do
		local to = math.min(first + step - 1, last)
		redis.call(command, key, unpack(args, first, to))
		first = to + 1
	end
end

local function next_generation(position_key, now)
	local generation = tonumber(redis.call('HGET', position_key, 'generation') or '0')
	if now <= generation then
		now = generation + 1
	end
	redis.call('HSET', position_key, 'generation', string.format('%.0f', now), 'counter', '0')
end

-- keys: position; args: Redis's run id, now in ms. A Redis that was restarted may have forgotten its last second:
-- readers of the change stream are told by another generation. Returns all positions.
local function open(keys, args)
	if redis.call('HGET', keys[1], 'run') ~= args[1] then
		next_generation(keys[1], tonumber(args[2]))
		redis.call('HSET', keys[1], 'run', args[1])
	end
	return redis.call('HGETALL', keys[1])
end

-- keys: position, changes, profile...; args: department, expected position or '', new position, subjects touched,
-- then for each profile: how many fields to set, how many to delete, field, value, ..., field, ...
local function apply(keys, args)
	if (redis.call('HGET', keys[1], args[1]) or '') ~= args[2] then
		return redis.error_reply('STALE the position is another one')
	end
	local generation = redis.call('HGET', keys[1], 'generation')
	if not generation then
		return redis.error_reply('STALE the partition was emptied')
	end
	local at = 5
	for _ = 3, #keys do -- nothing is written before all of it was seen to be whole
		at = at + 2 + 2 * tonumber(args[at]) + tonumber(args[at + 1])
	end
	if at ~= #args + 1 then
		return redis.error_reply('MALFORMED the counts do not add up')
	end
	at = 5
	for i = 3, #keys do
		local sets, deletes = 2 * tonumber(args[at]), tonumber(args[at + 1])
		at = at + 2
		in_chunks('HSET', keys[i], args, at, at + sets - 1, 2000)
		at = at + sets
		in_chunks('HDEL', keys[i], args, at, at + deletes - 1, 2000)
		at = at + deletes
	end
	if #keys > 2 then
		local counter = redis.call('HINCRBY', keys[1], 'counter', 1)
		redis.call('XADD', keys[2], 'MAXLEN', '~', '10000', generation .. '-' .. counter, 's', args[4])
	end
	redis.call('HSET', keys[1], args[1], args[3])
	return redis.status_reply('OK')
end

-- Another aggregator that rebuilds the same department may be done already, and have written anew.
local function is_marked(position_key, department)
	return redis.call('HGET', position_key, department) == 'rebuild'
end

-- keys: profile, position; args: "<department>." ... Takes out all facts and marks of these departments, as far as
-- they are marked.
local function forget(keys, args)
	local gone, prefixes = {}, {}
	for _, prefix in ipairs(args) do
		if is_marked(keys[2], prefix:sub(1, -2)) then
			prefixes[#prefixes + 1] = prefix
		end
	end
	for _, name in ipairs(redis.call('HKEYS', keys[1])) do
		local bare = name:gsub('^!', '')
		for _, prefix in ipairs(prefixes) do
			if bare:sub(1, #prefix) == prefix then
				gone[#gone + 1] = name
			end
		end
	end
	in_chunks('HDEL', keys[1], gone, 1, #gone, 2000)
	return #gone
end

-- keys: position; args: now in ms, department... Lets these begin anew, as far as they are marked.
local function reset(keys, args)
	next_generation(keys[1], tonumber(args[1]))
	for i = 2, #args do
		if is_marked(keys[1], args[i]) then
			redis.call('HDEL', keys[1], args[i])
		end
	end
	return redis.status_reply('OK')
end

redis.register_function('onecity_open', open)
redis.register_function('onecity_apply', apply)
redis.register_function('onecity_forget', forget)
redis.register_function('onecity_reset', reset)
