#!lua name=onecity_points
-- SPDX-License-Identifier: Apache-2.0
-- points: what the points engine does in Redis, each call whole or not at all; the keys are those of output.h.

local P = 'oc:{points}:'

local function is_writer(keys, args)
	return redis.call('HGET', keys[1], 'writer') == args[1]
end

local function leave_list(entry, but)
	local list, member = string.match(entry, '^(.-)\n(.*)$')
	if entry == but then
		return
	end
	redis.call('ZREM', P .. 'list:' .. list, member)
	if redis.call('EXISTS', P .. 'list:' .. list) == 0 then
		redis.call('SREM', P .. 'lists', list)
	end
end

local function enter_list(entry)
	local list, member = string.match(entry, '^(.-)\n(.*)$')
	redis.call('ZADD', P .. 'list:' .. list, 0, member)
	redis.call('SADD', P .. 'lists', list)
end

local function subjects_of(text)
	local subjects = {}
	for subject in string.gmatch(text or '', '%S+') do
		subjects[subject] = true
	end
	return subjects
end

-- keys: state; args: writer. From now on only this writer writes. Returns what the state was.
local function open(keys, args)
	local before = redis.call('HGETALL', keys[1])
	redis.call('HSET', keys[1], 'writer', args[1])
	return before
end

-- keys: state; args: writer, field, value, ...: made from what; and with positions: where the streams are.
local function settle(keys, args)
	if not is_writer(keys, args) then
		return redis.error_reply('STALE another engine writes')
	end
	for i = 2, #args, 2 do
		redis.call('HSET', keys[#keys], args[i], args[i + 1])
	end
	return redis.status_reply('OK')
end

-- keys: state, the applicant's; args: writer, applicant, subjects needed, then for each score: its name, the packed
-- score, list or '', member. No scores: nobody who is scored.
local function write(keys, args)
	if not is_writer(keys, args) then
		return redis.error_reply('STALE another engine writes')
	end
	local key, applicant = keys[2], args[2]
	local old, new = {}, {}
	local flat = redis.call('HGETALL', key)
	for i = 1, #flat, 2 do
		old[flat[i]] = flat[i + 1]
	end
	for i = 4, #args, 4 do
		new['needs'] = args[3]
		new['s:' .. args[i]] = args[i + 1]
		if args[i + 2] ~= '' then
			new['r:' .. args[i]] = args[i + 2] .. '\n' .. args[i + 3]
		end
	end
	local before, after = subjects_of(old['needs']), subjects_of(new['needs'])
	for subject in pairs(before) do
		if not after[subject] then
			redis.call('SREM', P .. 'needed-by:' .. subject, applicant)
		end
	end
	for subject in pairs(after) do
		redis.call('SADD', P .. 'needed-by:' .. subject, applicant)
	end
	for field, value in pairs(old) do
		if string.sub(field, 1, 2) == 'r:' then
			leave_list(value, new[field])
		end
		if new[field] == nil then
			redis.call('HDEL', key, field)
		end
	end
	for field, value in pairs(new) do
		if string.sub(field, 1, 2) == 'r:' then
			enter_list(value)
		end
		if old[field] ~= value then
			redis.call('HSET', key, field, value)
		end
	end
	redis.call(next(new) and 'SADD' or 'SREM', P .. 'applicants', applicant)
	return redis.status_reply('OK')
end

-- keys: profile; args: the beginning of a field's name. Is there such a field?
local function has(keys, args)
	for _, name in ipairs(redis.call('HKEYS', keys[1])) do
		if string.sub(name, 1, #args[1]) == args[1] then
			return 1
		end
	end
	return 0
end

-- keys: list; args: first place from 0, how many, size of the sort key, size of a pseudonym, "<table>/<programme>/".
-- Returns how many there are, the rank of the first, then member, packed score, member, packed score, ...: with one
-- more member before and behind if there are such ('' if not), so that ties at the edges show.
local function page(keys, args)
	local first, count, size = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
	local begins, total = size + 1 + tonumber(args[4]), redis.call('ZCARD', keys[1])
	local members = redis.call('ZRANGE', keys[1], first, first + count - 1)
	local answer = { total, 0, '', '' }
	if first > 0 then
		answer[3] = redis.call('ZRANGE', keys[1], first - 1, first - 1)[1] or ''
	end
	answer[4] = redis.call('ZRANGE', keys[1], first + count, first + count)[1] or ''
	if members[1] then
		answer[2] = 1 + redis.call('ZLEXCOUNT', keys[1], '-', '(' .. string.sub(members[1], 1, size))
	end
	for _, member in ipairs(members) do
		local applicant = string.sub(member, size + 1, begins - 1)
		local receipt = string.gsub(string.gsub(string.sub(member, begins), '%%', '%%25'), '/', '%%2F')
		answer[#answer + 1] = member
		local score = redis.call('HGET', P .. 'applicant:' .. applicant, 's:' .. args[5] .. receipt)
		answer[#answer + 1] = score or ''
	end
	return answer
end

-- keys: the applicant's; args: name of a score, size of the sort key. Its rank, how many there are, and the list; rank
-- 0: it is in none.
local function rank(keys, args)
	local entry = redis.call('HGET', keys[1], 'r:' .. args[1])
	if not entry then
		return { 0, 0, '' }
	end
	local list, member = string.match(entry, '^(.-)\n(.*)$')
	local key = P .. 'list:' .. list
	local before = redis.call('ZLEXCOUNT', key, '-', '(' .. string.sub(member, 1, tonumber(args[2])))
	return { 1 + before, redis.call('ZCARD', key), list }
end

-- keys: lists. Name, how many, name, how many, ...
local function lists(keys)
	local names, answer = redis.call('SMEMBERS', keys[1]), {}
	table.sort(names)
	for _, name in ipairs(names) do
		answer[#answer + 1] = name
		answer[#answer + 1] = redis.call('ZCARD', P .. 'list:' .. name)
	end
	return answer
end

redis.register_function('onecity_points_open', open)
redis.register_function('onecity_points_settle', settle)
redis.register_function('onecity_points_write', write)
redis.register_function{ function_name = 'onecity_points_has', callback = has, flags = { 'no-writes' } }
redis.register_function{ function_name = 'onecity_points_page', callback = page, flags = { 'no-writes' } }
redis.register_function{ function_name = 'onecity_points_rank', callback = rank, flags = { 'no-writes' } }
redis.register_function{ function_name = 'onecity_points_lists', callback = lists, flags = { 'no-writes' } }
