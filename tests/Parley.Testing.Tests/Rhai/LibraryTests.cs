using System.Text.RegularExpressions;
using Parley.Testing.Rhai.Library;

namespace Parley.Testing.Tests.Rhai;

/// <summary>The library, function by function.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string, string> Core => new()
    {
        { "print()", "()" },
        { "print(1)", "()" },
        { "debug()", "()" },
        { "debug(\"x\")", "()" },
        { "[type_of(1), type_of(1.0), type_of(\"\"), type_of('a'), type_of(true), type_of(()), type_of([]), type_of(#{}), type_of(blob()), type_of(1..2), type_of(1..=2), type_of(Fn(\"x\")), type_of(timestamp())]",
            "[\"i64\", \"f64\", \"string\", \"char\", \"bool\", \"()\", \"array\", \"map\", \"blob\", \"range\", \"range=\", \"Fn\", \"timestamp\"]" },
        { "[1.to_string(), 1.0.to_string(), \"a\".to_string(), ().to_string(), [\"a\", 'b', ()].to_string(), #{a: \"b\"}.to_string()]", "[\"1\", \"1.0\", \"a\", \"\", \"[\\\"a\\\", 'b', ()]\", \"#{\\\"a\\\": \\\"b\\\"}\"]" },
        { "[to_debug(\"a\\n\"), to_debug('a'), to_debug(())]", "[\"\\\"a\\\\n\\\"\", \"'a'\", \"()\"]" },
        { "sleep(0); sleep(0.001); 1", "1" },
        { "let x = [1]; let y = take(x); let m = #{a: 2}; let z = m.a.take(); [x, y, m, z]", "[(), [1], #{\"a\": ()}, 2]" },
        { "let t = timestamp(); let later = t + 5; later -= 2.5; [later - t, t - later, later > t, t + 0 == t]", "[2.5, -2.5, true, true]" },
        { "let t = timestamp(); t.elapsed >= 0.0 && t.elapsed() < 100.0 && timestamp() - t >= 0.0 && t <= timestamp()", "true" },
        { "[Fn(\"abs\").name, (|| 1).is_anonymous, Fn(\"abs\").is_anonymous()]", "[\"abs\", true, false]" },
        { "curry(|a, b, c, d, e, f| a + b + c + d + e + f, 1, 2, 3, 4, 5).call(6)", "21" },
    };

    public static TheoryData<string, string> Numbers => new()
    {
        { "[abs(-5), (-5.5).abs(), sign(-3), sign(0), 2.5.sign()]", "[5, 5.5, -1, 0, 1]" },
        { "[0.is_zero(), 0.0.is_zero, 3.is_odd, 3.is_even(), (-3).is_odd]", "[true, true, true, false, true]" },
        { "[min(1, 2), max(1, 2), min(1, 2.5), max(1, 2.5), min('a', 'b'), max('a', 'b'), min(\"a\", \"b\"), max(\"a\", \"b\")]", "[1, 2, 1.0, 2.5, 'a', 'b', \"a\", \"b\"]" },
        { "[PI().round(4), E().round(4)]", "[3.1416, 2.7183]" },
        { "[sin(0.0), cos(0), tan(0.0), asin(0.0), acos(1.0), atan(0.0), sinh(0.0), cosh(0.0), tanh(0.0), asinh(0.0), acosh(1.0), atanh(0.0)]", "[0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]" },
        { "[atan(1.0, 1.0).round(4), hypot(3.0, 4.0), sqrt(16), exp(0.0), ln(1.0), log(1000.0), log(8, 2)]", "[0.7854, 5.0, 4.0, 1.0, 0.0, 3.0, 3.0]" },
        { "[2.5.floor(), 2.5.ceiling, 2.5.round(), (-2.5).round(), 2.7.int(), 2.75.fraction, 2.456.round(2)]", "[2.0, 3.0, 3.0, -3.0, 2.0, 0.75, 2.46]" },
        { "[180.0.to_radians().round(4), PI().to_degrees()]", "[3.1416, 180.0]" },
        { "[(0.0 / 0.0).is_nan, (1.0 / 0.0).is_infinite(), 1.0.is_finite(), (0.0 / 0.0).to_string(), (1.0 / 0.0).to_string()]", "[true, true, true, \"NaN\", \"inf\"]" },
        { "[2.9.to_int(), (-2.9).to_int(), 'A'.to_int(), true.to_int(), 3.to_float(), 65.to_char()]", "[2, -2, 65, 1, 3.0, 'A']" },
        { "[parse_int(\"42\"), parse_int(\"-7f\", 16), parse_int(\" +5 \"), parse_float(\"1.5e2\"), parse_float(\"3\")]", "[42, -127, 5, 150.0, 3.0]" },
        { "[255.to_hex(), 8.to_octal(), 5.to_binary(), (-1).to_hex()]", "[\"ff\", \"10\", \"101\", \"ffffffffffffffff\"]" },
        { "let x = 0; x.set_bit(3, true); x.set_bits(4..8, 5); x.set_bits(0, 2, 3); [x, x.get_bit(3), x.get_bit(-1), x.get_bits(4..=7), x.get_bits(0, 4)]", "[91, true, false, 5, 11]" },
        { "[5.bits.to_array().len(), 5.bits(0, 3).to_array(), 5.bits(1..3).to_array(), 5.bits(62).to_array()]", "[64, [true, false, true], [false, true], [false, false]]" },
        { "rand(); [rand(1..4) in 1..4, rand(3, 3), rand_float() < 1.0, type_of(rand_bool()), rand(5..=5)]", "[true, 3, true, \"bool\", 5]" },
    };

    public static TheoryData<string, string> Decimals => new()
    {
        { "[1.to_decimal(), 1.5.to_decimal(), parse_decimal(\"1.10\"), type_of(to_decimal(1)), parse_decimal(\"1e2\").to_string()]", "[1, 1.5, 1.10, \"decimal\", \"100\"]" },
        { "let d = parse_decimal(\"0.1\"); [d + parse_decimal(\"0.2\") == parse_decimal(\"0.3\"), d + 1, 1 - d, d * 3, 1 / d, d % 1, -d, d ** 2, d ** -1]", "[true, 1.1, 0.9, 0.3, 10, 0.1, -0.1, 0.01, 10]" },
        { "let d = to_decimal(2); [d == 2, 2 == d, d < 3, d >= 2, 1 > d, d == 2.0, switch d { 0..=2 => true, _ => false }]", "[true, true, true, true, false, false, true]" },
        { "let d = parse_decimal(\"-2.5\"); [d.abs(), d.sign(), d.is_zero, d.floor, d.ceiling(), d.int, d.fraction, d.to_int(), d.to_float()]", "[2.5, -1, false, -3, -2, -2, -0.5, -2, -2.5]" },
        { "let d = parse_decimal(\"2.345\"); [parse_decimal(\"2.5\").round, d.round(2), d.round_up(1), d.round_down(1), d.round_half_up(2), d.round_half_down(2), (-d).round_up(1), d.round_half_down(1)]", "[2, 2.34, 2.4, 2.3, 2.35, 2.34, -2.4, 2.3]" },
        { "let d = to_decimal(2); [min(d, 1), max(d, 3), sqrt(to_decimal(16)), sqrt(d).round(10), [d, to_decimal(1)].order(), #{a: parse_decimal(\"1.50\")}.to_json()]", "[1, 3, 4, 1.4142135624, [1, 2], \"{\\\"a\\\":1.50}\"]" },
    };

    public static TheoryData<string, string> Strings => new()
    {
        { "[\"h😀\".len(), \"h😀\".len, \"h😀\".bytes, \"\".is_empty(), \"a\".is_empty]", "[2, 2, 5, true, false]" },
        { "[\"hello\".contains(\"ell\"), \"hello\".contains('z'), \"hello\".starts_with(\"he\"), \"hello\".ends_with('o')]", "[true, false, true, true]" },
        { "[\"hello\".index_of(\"l\"), \"hello\".index_of('l', 3), \"😀b\".index_of(\"b\"), \"hello\".index_of(\"z\"), \"hello\".index_of('o', -2)]", "[2, 3, 1, -1, 4]" },
        { "[\"abc\".get(0), \"abc\".get(-1), \"abc\".get(9)]", "['a', 'c', ()]" },
        { "let r = []; for c in \"abcd\".chars(1, 2) { r.push(c); } for c in \"xy\".chars { r.push(c); } for c in \"pq\".chars(1) { r.push(c); } for c in \"rst\".chars(0..1) { r.push(c); } r", "['b', 'c', 'x', 'y', 'q', 'r']" },
        { "[\"ab\".to_chars(), \"é\".to_blob()]", "[['a', 'b'], [c3a9]]" },
        { "[\"hello\".sub_string(1), \"hello\".sub_string(1, 3), \"hello\".sub_string(-3, 2), \"hello\".sub_string(1..=2), \"hello\".sub_string(9)]", "[\"ello\", \"ell\", \"ll\", \"el\", \"\"]" },
        { "[\"a b  c\".split(), \"hello\".split(2), \"a,b,c\".split(\",\"), \"a,b,c\".split(',', 2), \"ab\".split(\"\")]", "[[\"a\", \"b\", \"c\"], [\"he\", \"llo\"], [\"a\", \"b\", \"c\"], [\"a\", \"b,c\"], [\"a\", \"b\"]]" },
        { "[\"a,b,c\".split_rev(\",\"), \"a,b,c\".split_rev(',', 2)]", "[[\"c\", \"b\", \"a\"], [\"c\", \"a,b\"]]" },
        { "[\"aé\".to_upper(), \"AÉ\".to_lower(), 'a'.to_upper(), 'A'.to_lower()]", "[\"AÉ\", \"aé\", 'A', 'a']" },
        { "let s = \"  a \"; s.trim(); let t = \"aB\"; t.make_upper(); let u = \"aB\"; u.make_lower(); let c = 'x'; c.make_upper(); let d = 'X'; d.make_lower(); [s, t, u, c, d]", "[\"a\", \"AB\", \"ab\", 'X', 'x']" },
        { "let s = \"a\"; s.append(\"b\"); s.append(1); s.remove('a'); s.replace(\"b\", \"xyz\"); s.replace('z', '!'); s", "\"xy!1\"" },
        { "let s = \"hello\"; s.crop(1); let t = \"hello\"; t.crop(1, 2); let u = \"hello\"; u.crop(1..3); let v = \"hello\"; v.truncate(2); let w = \"x\"; w.clear(); [s, t, u, v, w]", "[\"ello\", \"el\", \"el\", \"he\", \"\"]" },
        { "let s = \"hello\"; s.set(0, 'J'); s.set(9, 'x'); let last = s.pop(); let two = s.pop(2); [s, last, two, \"\".pop()]", "[\"Je\", 'o', \"ll\", ()]" },
        { "let b = \"é\".to_blob(); let s = \"a\"; s.append(b); s += b; [s, b + \"!\"]", "[\"aéé\", \"é!\"]" },
        { "let s = \"a\"; s.pad(4, '.'); let t = \"a\"; t.pad(4, \"xy\"); [s, t]", "[\"a...\", \"axyx\"]" },
    };

    public static TheoryData<string, string> Arrays => new()
    {
        { "[[1, 2].len(), [].len, [].is_empty(), [1].is_empty]", "[2, 0, true, false]" },
        { "[[1, 2].get(0), [1, 2].get(-1), [1].get(5)]", "[1, 2, ()]" },
        { "[[1, [2]].contains([2]), [1, 2, 1].index_of(1), [1, 2, 1].index_of(1, 1), [1].index_of(9)]", "[true, 0, 2, -1]" },
        { "[[1, \"a\", 'b'].join(\", \"), [1, 2].join()]", "[\"1, a, b\", \"12\"]" },
        { "[[1, 2, 3].extract(1), [1, 2, 3].extract(0, 2), [1, 2, 3].extract(1..=2), [1, 2, 3].extract(-2, 1)]", "[[2, 3], [1, 2], [2, 3], [2]]" },
        { "let a = [1]; a.push(2); a.append([3, 4]); a.insert(0, 0); a.insert(-1, 9); a.set(1, 8); a.set(99, 8); a", "[0, 8, 2, 3, 9, 4]" },
        { "let a = [1, 2, 3, 4]; [a.pop(), a.shift(), a.remove(0), a.remove(9), a, [].pop(), [].shift()]", "[4, 1, 2, (), [3], (), ()]" },
        { "let a = [1, 2, 3]; a.reverse(); let b = [1, 2, 3]; b.truncate(2); let c = [1, 2, 3]; c.chop(2); let d = [1]; d.pad(3, 0); let e = [1]; e.clear(); [a, b, c, d, e]", "[[3, 2, 1], [1, 2], [2, 3], [1, 0, 0], []]" },
        { "let a = [1, 2, 3, 4]; let b = a.split(2); let c = a.split(-1); [a, b, c]", "[[1], [3, 4], [2]]" },
        { "let a = [1, 2, 3, 4, 5]; let b = a.drain(1..3); let c = a.drain(0, 1); let d = a.drain(|x| x == 5); [a, b, c, d]", "[[4], [2, 3], [1], [5]]" },
        { "let a = [1, 2, 3, 4, 5]; let b = a.retain(1..4); let c = a.retain(0, 2); let d = a.retain(|x| x == 2); [a, b, c, d]", "[[2], [1, 5], [4], [3]]" },
        { "let a = [1, 2, 3, 4]; a.splice(1..3, [9, 9, 9]); let b = [1, 2]; b.splice(1, 1, []); [a, b]", "[[1, 9, 9, 9, 4], [1]]" },
        { "let a = [3, 1, 2]; a.sort(); let b = [\"b\", \"a\"]; b.sort_desc(); let c = [3, 1, 2]; c.sort(|x, y| y - x); let d = ['b', 'a']; d.sort(|x, y| x < y); [a, b, c, d]", "[[1, 2, 3], [\"b\", \"a\"], [3, 2, 1], ['a', 'b']]" },
        { "let a = [[2, 1], [1, 2], [2, 3], [1, 4]]; a.sort(|x, y| x[0] - y[0]); a", "[[1, 2], [1, 4], [2, 1], [2, 3]]" },
        { "let a = [2, 1]; [a.order(), a.order_desc(), a.order(|x, y| x - y), a]", "[[1, 2], [2, 1], [1, 2], [2, 1]]" },
        { "let a = [1, 1, 2, 1]; a.dedup(); let b = [1, -1, 2]; b.dedup(|x, y| x.abs() == y.abs()); [a, b]", "[[1, 2, 1], [1, 2]]" },
        { "[[1, 2].map(|x| x * 2), [1, 2, 3].filter(|x| x > 1), [5, 6].filter(|x, i| i == 1)]", "[[2, 4], [2, 3], [6]]" },
        { "let a = [1, 2]; let s = 0; a.for_each(|i| { s += i * 100 + this; this *= 10; }); a.for_each(|| this += 1); [a, s]", "[[11, 21], 103]" },
        { "let a = [3, 1]; a.sort_by(|x, y| x - y); [a, [3, 1].order_by(|x, y| y - x)]", "[[1, 3], [3, 1]]" },
        { "[[1, 2].reduce(|s| s + this, 0), [5, 6].reduce_rev(|s, x, i| s * 10 + i, 0), [1, 2].reduce_rev(|s| s * 10 + this, 0)]", "[3, 10, 21]" },
        { "[[1, 2, 3].find(|x| x > 1), [1].find(|x| x > 1), [1, 2, 3].find(|x| x > 0, 1), [1, 2].find_map(|x| if x > 1 { x * 10 }), [1, 2].find_map(|x| x, 1)]", "[2, (), 2, 20, 2]" },
        { "[[1, 2].index_of(|x| x == 2), [1, 2].index_of(|x| x == 1, 1), [1, 2].all(|x| x > 0), [1, 2].some(|x| x > 2)]", "[1, -1, true, false]" },
        { "[[1, 2, 3].reduce(|s, x| s + x, 0), [\"a\", \"b\"].reduce(|s, x| s + x), [1, 2, 3].reduce_rev(|s, x| s * 10 + x, 0), [\"a\", \"b\"].reduce_rev(|s, x| s + x), [5, 6].reduce(|s, x, i| s + x * i, 0)]", "[6, \"ab\", 321, \"ba\", 6]" },
        { "[1, 2, 3].zip([4, 5], |a, b| a * b)", "[4, 10]" },
    };

    public static TheoryData<string, string> Maps => new()
    {
        { "[#{a: 1}.len(), #{}.is_empty(), #{a: 1}.contains(\"a\"), #{a: 1}.get(\"b\")]", "[1, true, true, ()]" },
        { "let m = #{b: 1}; m.set(\"a\", 2); let r = m.remove(\"b\"); [m, r, m.remove(\"z\"), m.keys(), m.values()]", "[#{\"a\": 2}, 1, (), [\"a\"], [2]]" },
        { "let m = #{a: 1}; m.mixin(#{a: 2, b: 3}); let n = #{a: 1}; n.fill_with(#{a: 2, b: 3}); let e = #{a: 1}; e.clear(); [m, n, e]", "[#{\"a\": 2, \"b\": 3}, #{\"a\": 1, \"b\": 3}, #{}]" },
        { "let m = #{a: 1, b: 2, c: 3}; [m.filter(|k, v| v > 1), m.filter(|k| k == \"a\"), m.drain(|k, v| v == 1), m.retain(|k, v| k == \"b\"), m]", "[#{\"b\": 2, \"c\": 3}, #{\"a\": 1}, #{\"a\": 1}, #{\"c\": 3}, #{\"b\": 2}]" },
        { "let m = #{a: 1, b: 2}; [m.map(|k, v| k + v), m.map(|k| this * 2), m]", "[#{\"a\": \"a1\", \"b\": \"b2\"}, #{\"a\": 2, \"b\": 4}, #{\"a\": 1, \"b\": 2}]" },
        { "let m = #{len: 5}; m.len", "5" },
        { "parse_json(`{\"a\": [1, 2.5, \"x\", true, null], \"b\": {}}`)", "#{\"a\": [1, 2.5, \"x\", true, ()], \"b\": #{}}" },
        { "[parse_json(\"5\"), parse_json(\"1e400\").is_infinite, parse_json(\"123456789012345678901\")]", "[5, true, 1.2345678901234568e20]" },
        { "#{a: [1, 1.0, \"ü\\\"\", 'c', true, ()], b: #{}}.to_json()", "\"{\\\"a\\\":[1,1.0,\\\"ü\\\\\\\"\\\",\\\"c\\\",true,null],\\\"b\\\":{}}\"" },
        { "[to_json([1]), to_json(\"a\"), to_json(())]", "[\"[1]\", \"\\\"a\\\"\", \"null\"]" },
    };

    public static TheoryData<string, string> Blobs => new()
    {
        { "[blob(), blob(2), blob(3, 0x1ff), blob(2).len, blob().is_empty(), blob(1, 7).contains(7)]", "[[], [0000], [ffffff], 2, true, true]" },
        { "let b = blob(); b.push(1); b.append(blob(1, 2)); b.append(\"A\"); b.insert(0, 9); b.set(1, 8); [b, b.get(0), b.get(99), b[-1]]", "[[09080241], 9, 0, 65]" },
        { "let b = \"abcd\".to_blob(); [b.pop(), b.shift(), b.remove(0), b.as_string(), blob().pop()]", "[100, 97, 98, \"c\", 0]" },
        { "let b = \"abcdef\".to_blob(); [b.extract(1), b.extract(1, 2), b.extract(0..2), b.to_array().len()]", "[[6263646566], [6263], [6162], 6]" },
        { "let b = \"abcdef\".to_blob(); let c = b.split(4); let d = b.drain(0..1); let e = b.drain(0, 1); b.reverse(); [b, c, d, e]", "[[6463], [6566], [61], [62]]" },
        { "let b = \"abc\".to_blob(); b.truncate(2); let c = \"abc\".to_blob(); c.chop(2); let d = blob(1, 1); d.pad(3, 2); let e = blob(1); e.clear(); [b, c, d, e]", "[[6162], [6263], [010202], []]" },
        { "let b = blob(4); b.write_le(0, 2, 0x0102); b.write_be(2, 2, 0x0304); [b, b.parse_le_int(0, 2), b.parse_be_int(2..=3), b.parse_be_int(0, 8)]", "[[02010000], 258, 0, 144396663052566528]" },
        { "let b = blob(3); b.write_be(0..3, 0x0102030405060708); b.write_le(1..=1, 0x99); [b, b.parse_le_int(0, 3), b.parse_be_int(0..1), blob().parse_le_int(0, 8)]", "[[019903], 235777, 72057594037927936, 0]" },
        { "let b = blob(5); b.write_utf8(0, 2, \"é!\"); b.write_ascii(2, 9, \"aé!\"); let f = blob(8); f.write_be(0, 8, 1.5); let g = blob(8); g.write_le(0..8, -2.0); [b, f.parse_be_float(0, 8), f.parse_be_float(0..8), g.parse_le_float(0, 8), g.parse_le_float(0..=7)]", "[[c3a9612100], 1.5, 1.5, -2.0, -2.0]" },
        { "let b = blob(3); b.write_utf8(0..2, \"abc\"); b.write_ascii(2..=2, \"z\"); b", "[61627a]" },
        { "let b = \"abcde\".to_blob(); let r = b.retain(1..3); let s = b.retain(1, 1); let c = \"ab\".to_blob(); c.splice(0..1, blob(2, 0)); c.splice(2, 9, blob(1, 7)); [b, r, s, c]", "[[63], [616465], [62], [000007]]" },
        { "let b = blob(); b.append(1); b", "[01]" },
        { "let b = blob(1, 1) + blob(1, 2); b[0] = 9; [b, b == blob(2)]", "[[0902], false]" },
    };

    public static TheoryData<string, string> Ranges => new()
    {
        { "let r = 1..=5; [r.start, r.end(), r.is_inclusive, r.is_exclusive, r.is_empty, r.contains(5), (1..5).contains(5), (5..1).is_empty()]", "[1, 5, true, false, false, true, false, true]" },
        { "[range(0, 3).to_array(), range(0, 10, 4).to_array(), range(3, 0, -1).to_array(), range(0..10, 4).to_array(), range(4..=0, -2).to_array(), range(0, 1, 0.5).to_array(), (1..=3).to_array()]", "[[0, 1, 2], [0, 4, 8], [3, 2, 1], [0, 4, 8], [4, 2, 0], [0.0, 0.5], [1, 2, 3]]" },
    };

    [Theory]
    [MemberData(nameof(Core))]
    [MemberData(nameof(Numbers))]
    [MemberData(nameof(Decimals))]
    [MemberData(nameof(Strings))]
    [MemberData(nameof(Arrays))]
    [MemberData(nameof(Maps))]
    [MemberData(nameof(Blobs))]
    [MemberData(nameof(Ranges))]
    public async Task A_function_gives(string script, string value) => Assert.Equal(value, await RhaiRig.EvaluateAsync(script));

    [Fact]
    public void Every_function_of_the_library_has_a_case()
    {
        var scripts = string.Join('\n', new[] { Core, Numbers, Decimals, Strings, Arrays, Maps, Blobs, Ranges }.SelectMany(table => table).Select(row => row.Data.Item1));
        var names = RhaiLibrary.Table.Rows.Select(row => row.Signature.Name).Distinct().Except(["exit"]).ToList();
        Assert.True(names.Count > 145, $"{names.Count} functions");
        Assert.DoesNotContain(names, name => !Regex.IsMatch(scripts, $@"\b{Regex.Escape(name)}\b"));
    }

    [Fact]
    public async Task Printing_goes_to_the_host()
    {
        var lines = new List<string>();
        await RhaiRig.EvaluateAsync("print(\"a\"); print([1, \"b\"]); print(()); debug(\"a\"); print();",
            new() { Print = (_, line) => lines.Add("print " + line), Debug = (_, line) => lines.Add("debug " + line) });
        Assert.Equal(["print a", "print [1, \"b\"]", "print ", "debug \"a\"", "print "], lines);
    }

    [Fact]
    public async Task Exit_ends_the_script_past_every_catch()
    {
        var error = await RhaiRig.FailAsync("try { exit(5); } catch { 6 }");
        Assert.Equal(Parley.Testing.Rhai.RhaiErrorKind.Signal, error.Kind);
    }
}
