namespace Parley.Testing.Tests.Rhai;

/// <summary>The language, construct by construct: a script, and the value of its last statement.</summary>
public sealed class LanguageTests
{
    public static TheoryData<string, string> Literals => new()
    {
        { "42", "42" },
        { "1_000_000", "1000000" },
        { "0xff", "255" },
        { "0o17", "15" },
        { "0b1010_1010", "170" },
        { "0xffffffffffffffff", "-1" },
        { "-9223372036854775808", "-9223372036854775808" },
        { "9223372036854775807", "9223372036854775807" },
        { "1.5", "1.5" },
        { "1.", "1.0" },
        { "1e3", "1000.0" },
        { "1.5e-3", "0.0015" },
        { "1e20", "1e20" },
        { "123456.789", "123456.789" },
        { "-1.25", "-1.25" },
        { "true", "true" },
        { "false", "false" },
        { "()", "()" },
        { "'x'", "'x'" },
        { "'\\n' == '\\x0a'", "true" },
        { "'😀'", "'😀'" },
        { "\"text\"", "\"text\"" },
        { "\"tab\\tquote\\\"back\\\\\"", "\"tab\\tquote\\\"back\\\\\"" },
        { "\"\\x41\\u00e4\\U0001F600\"", "\"Aä😀\"" },
        { "\"a \"\"quoted\"\" word\"", "\"a \\\"quoted\\\" word\"" },
        { "\"one \\\n line\"", "\"one line\"" },
        { "let s =\n  \"one \\\r\n   line \\\n     more\"; s", "\"one line   more\"" },
        { "#\"raw \\n \"text\"#", "\"raw \\\\n \\\"text\"" },
        { "##\"a\"#b\"##", "\"a\\\"#b\"" },
        { "`plain`", "\"plain\"" },
        { "`\nfirst line is skipped`", "\"first line is skipped\"" },
        { "`two\nlines`", "\"two\\nlines\"" },
        { "`a``b`", "\"a`b\"" },
        { "`no \\n escapes`", "\"no \\\\n escapes\"" },
        { "let x = 42; `x is ${x}!`", "\"x is 42!\"" },
        { "`${1 + 1}${\"a\"}`", "\"2a\"" },
        { "`outer ${`inner ${1 + 1} }`} end`", "\"outer inner 2 } end\"" },
        { "`${let x = 3; x * 2}`", "\"6\"" },
        { "`map ${#{a: 1}.a} ${if true { \"yes\" } else { \"no\" }}`", "\"map 1 yes\"" },
        { "``", "\"\"" },
        { "[1, 2, 3,]", "[1, 2, 3]" },
        { "[]", "[]" },
        { "#{b: 2, a: 1}", "#{\"a\": 1, \"b\": 2}" },
        { "#{ \"X-Foo\": \"bar\", inner: #{ n: [1] } }", "#{\"X-Foo\": \"bar\", \"inner\": #{\"n\": [1]}}" },
        { "#{}", "#{}" },
        { "1..5", "1..5" },
        { "1..=5", "1..=5" },
        { "Fn(\"print\")", "Fn(print)" },
    };

    public static TheoryData<string, string> Operators => new()
    {
        { "1 + 2 * 3", "7" },
        { "(1 + 2) * 3", "9" },
        { "7 / 2", "3" },
        { "-7 / 2", "-3" },
        { "-7 % 3", "-1" },
        { "7.0 / 2", "3.5" },
        { "1 + 0.5", "1.5" },
        { "2 ** 10", "1024" },
        { "2 ** 3 ** 2", "512" },
        { "2.0 ** 0.5 > 1.41", "true" },
        { "10 - 3 - 2", "5" },
        { "1 << 4 | 1", "17" },
        { "-16 >> 2", "-4" },
        { "1 << 64", "0" },
        { "6 & 3", "2" },
        { "6 ^ 3", "5" },
        { "true ^ false", "true" },
        { "true & false", "false" },
        { "true | false", "true" },
        { "!true", "false" },
        { "- -5", "5" },
        { "+5", "5" },
        { "1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3", "true" },
        { "false && undefined_function()", "false" },
        { "true || undefined_function()", "true" },
        { "1 == 1.0", "true" },
        { "1 == \"1\"", "false" },
        { "1 != \"1\"", "true" },
        { "1 < \"a\"", "false" },
        { "\"a\" < \"b\"", "true" },
        { "'a' < 'b'", "true" },
        { "[1, [2]] == [1, [2]]", "true" },
        { "#{a: 1} == #{a: 1}", "true" },
        { "#{a: 1} == #{a: 2}", "false" },
        { "() == ()", "true" },
        { "\"a\" + 1 + true", "\"a1true\"" },
        { "1 + \"a\"", "\"1a\"" },
        { "\"a\" + 'b' + ()", "\"ab\"" },
        { "'a' + 'b'", "\"ab\"" },
        { "\"abcabc\" - \"b\"", "\"acac\"" },
        { "[1] + [2, 3]", "[1, 2, 3]" },
        { "#{a: 1, b: 1} + #{b: 2}", "#{\"a\": 1, \"b\": 2}" },
        { "2 in [1, 2]", "true" },
        { "5 !in [1, 2]", "true" },
        { "\"ell\" in \"hello\"", "true" },
        { "'z' in \"hello\"", "false" },
        { "\"a\" in #{a: 1}", "true" },
        { "3 in 1..5", "true" },
        { "5 in 1..5", "false" },
        { "5 in 1..=5", "true" },
        { "() ?? 7", "7" },
        { "5 ?? 7", "5" },
        { "#{a: 1}.b ?? \"none\"", "\"none\"" },
        { "let x = (); x?.y", "()" },
        { "let x = (); x?.y.z", "()" },
        { "let x = (); x?[0]", "()" },
        { "let x = #{y: #{z: 1}}; x?.y?.z", "1" },
        { "let x = (); x?.len()", "()" },
        { "let m = [3]; m?[0]", "3" },
        { "1 + 2 == 3 && !(4 < 3)", "true" },
        { "let x = 5; -x ** 2", "25" },
        { "1 in [1] && true", "true" },
    };

    public static TheoryData<string, string> Variables => new()
    {
        { "let x = 1; x", "1" },
        { "let x; x", "()" },
        { "let x = 1; let x = x + 1; x", "2" },
        { "let x = 1; { let x = 2; } x", "1" },
        { "let x = 1; { x = 2; } x", "2" },
        { "const X = 42; X", "42" },
        { "let x = 1; x += 2; x -= 1; x *= 10; x /= 4; x", "5" },
        { "let x = 17; x %= 5; x **= 3; x", "8" },
        { "let x = 1; x <<= 4; x >>= 1; x |= 3; x &= 10; x ^= 1; x", "11" },
        { "let s = \"a\"; s += \"b\"; s += 1; s", "\"ab1\"" },
        { "let x; x ??= 5; x ??= 6; x", "5" },
        { "let a = [1, 2, 3]; a[1] = 20; a[-1] = 30; a", "[1, 20, 30]" },
        { "let a = [[1], [2]]; a[1][0] += 5; a", "[[1], [7]]" },
        { "let m = #{}; m.x = 1; m[\"y\"] = 2; m.z = #{}; m.z.q = [1]; m.z.q[0] += 1; m", "#{\"x\": 1, \"y\": 2, \"z\": #{\"q\": [2]}}" },
        { "#{a: 1}.missing", "()" },
        { "[1, 2, 3][-1]", "3" },
        { "\"hello\"[1]", "'e'" },
        { "\"hello\"[-1]", "'o'" },
        { "\"h😀llo\"[1]", "'😀'" },
        { "let s = \"hello\"; s[0] = 'J'; s", "\"Jello\"" },
        { "let a = [\"abc\"]; a[0][1] = 'X'; a", "[\"aXc\"]" },
        { "let x = 0; x[3] = true; x", "8" },
        { "5[0]", "true" },
        { "0b110100[2..=3]", "1" },
        { "let x = 0; x[4..8] = 0xf; x", "240" },
        { "\"hello\"[1..3]", "\"el\"" },
        { "[1, 2, 3, 4][1..=2]", "[2, 3]" },
        { "let calls = 0; let next = || { calls += 1; 0 }; let a = [1]; a[next.call()] += 5; [a, calls]", "[[6], 1]" },
        { "let calls = 0; let next = || { calls += 1; 0 }; let a = [\"xy\"]; a[next.call()][0] = 'z'; [a, calls]", "[[\"zy\"], 1]" },
    };

    public static TheoryData<string, string> Copies => new()
    {
        { "let a = [1]; let b = a; b.push(2); [a, b]", "[[1], [1, 2]]" },
        { "let a = #{x: [1]}; let b = a; b.x.push(2); a", "#{\"x\": [1]}" },
        { "let a = [1]; let b = [a, a]; b[0].push(2); [a, b]", "[[1], [[1, 2], [1]]]" },
        { "let a = [1]; let m = #{a: a}; a.push(2); m", "#{\"a\": [1]}" },
        { "fn change(x) { x.push(9); x } let a = [1]; let b = change(a); [a, b]", "[[1], [1, 9]]" },
        { "fn change() { this.push(9); } let a = [1]; a.change(); a", "[1, 9]" },
        { "fn increase() { this += 1; } let n = 1; n.increase(); n.increase(); n", "3" },
        { "fn increase() { this += 1; } let m = #{n: [1]}; m.n[0].increase(); m", "#{\"n\": [2]}" },
        { "fn get() { this.data } let m = #{data: [1]}; let d = m.get(); d.push(2); m", "#{\"data\": [1]}" },
        { "let a = [1]; push(a, 2); a", "[1, 2]" },
        { "let a = [[1]]; let x = a[0]; x.push(2); a", "[[1]]" },
        { "let a = [[1]]; a[0].push(2); a", "[[1, 2]]" },
        { "let a = [[1], [2]]; for x in a { x.push(0); } a", "[[1], [2]]" },
        { "let a = [1, 2]; for x in a { a.push(x); } a", "[1, 2, 1, 2]" },
        { "let a = [[1]]; let b = a.map(|x| { x.push(2); x }); [a, b]", "[[[1]], [[1, 2]]]" },
        { "let a = [1]; let f = || a.push(2); f.call(); a", "[1, 2]" },
        { "let a = [1]; let b = if true { a } else { [] }; b.push(2); a", "[1]" },
        { "let a = [1]; let b = { a }; b.push(2); a", "[1]" },
        { "let a = [1]; let b = switch 1 { 1 => a, _ => [] }; b.push(2); a", "[1]" },
        { "let a = [1]; let b = a ?? []; b.push(2); a", "[1]" },
        { "let a = #{list: [1]}; let b = a.get(\"list\"); b.push(2); a", "#{\"list\": [1]}" },
        { "let a = [1]; a += a; a", "[1, 1]" },
        { "let a = [[1]]; let b = a + a; b[0].push(2); [a, b]", "[[[1]], [[1, 2], [1]]]" },
        { "const A = [1]; let b = A; b.push(2); A", "[1]" },
        { "let s = \"abc\"; let t = s; t.make_upper(); [s, t]", "[\"abc\", \"ABC\"]" },
    };

    public static TheoryData<string, string> Control => new()
    {
        { "if 1 < 2 { \"yes\" } else { \"no\" }", "\"yes\"" },
        { "if false { 1 }", "()" },
        { "let x = if false { 1 } else if true { 2 } else { 3 }; x", "2" },
        { "{ 1; 2 }", "2" },
        { "{ 1; 2; }", "2" },
        { "{ 1; let x = 2; }", "()" },
        { "fn f() { 5; } f();", "5" },
        { "switch 2.5 { 0..2 => \"low\", 2..=3 => \"high\", _ => \"none\" }", "\"high\"" },
        { "switch \"2\" { 0..5 => 1, _ => 2 }", "2" },
        { "let x = { let y = 2; y * 3 }; x", "6" },
        { "switch 2 { 1 => \"a\", 2 => \"b\", _ => \"c\" }", "\"b\"" },
        { "switch 3 { 1 | 2 => \"low\", 3 | 4 => \"high\" }", "\"high\"" },
        { "switch 42 { 0..10 => 1, 10..=42 => 2, _ => 3 }", "2" },
        { "switch \"x\" { \"x\" if false => 1, \"x\" => 2, _ => 3 }", "2" },
        { "let n = 7; switch n { _ if n > 5 => \"big\", _ => \"small\" }", "\"big\"" },
        { "switch 'c' { 'a' => 1, 'c' => { let x = 4; x + 1 } _ => 3 }", "5" },
        { "switch true { true => 1, false => 2 }", "1" },
        { "switch () { () => \"unit\", _ => 0 }", "\"unit\"" },
        { "switch 9 { 1 => 2 }", "()" },
        { "let x = 0; switch 1 { 1 => x = 5, _ => x = 6 } x", "5" },
        { "switch [1, 2] { [1, 2] => true, _ => false }", "true" },
        { "switch -1 { -1 => \"minus\", _ => \"\" }", "\"minus\"" },
        { "let n = 0; while n < 5 { n += 1; } n", "5" },
        { "let n = 0; loop { n += 1; if n == 3 { break; } } n", "3" },
        { "let x = loop { break 42; }; x", "42" },
        { "let n = 0; let x = while true { n += 1; if n > 2 { break n * 10; } }; x", "30" },
        { "let n = 0; do { n += 1; } while n < 3; n", "3" },
        { "let n = 0; do { n += 1; } until n >= 3; n", "3" },
        { "let n = 10; do { n += 1; } while false; n", "11" },
        { "let s = 0; for i in 0..5 { s += i; } s", "10" },
        { "let s = 0; for i in 1..=3 { s += i; } s", "6" },
        { "let s = \"\"; for (c, i) in \"abc\" { s += `${i}${c}`; } s", "\"0a1b2c\"" },
        { "let s = 0; for x in [1, 2, 3] { if x == 2 { continue; } s += x; } s", "4" },
        { "for x in [1, 2, 3] { if x == 2 { break x * 10; } }", "20" },
        { "let s = 0; for i in range(10, 0, -3) { s = s * 100 + i; } s", "10070401" },
        { "let r = []; for x in range(0.0, 1.0, 0.25) { r.push(x); } r", "[0.0, 0.25, 0.5, 0.75]" },
        { "let r = []; for k in #{b: 1, a: 2}.keys() { r.push(k); } r", "[\"a\", \"b\"]" },
        { "let r = []; for i in 9223372036854775806..=9223372036854775807 { r.push(i); } r.len()", "2" },
        { "let r = []; for i in 0..3 { for j in 0..3 { if j == 1 { break; } r.push(i * 10 + j); } } r", "[0, 10, 20]" },
        { "let n = 0; for i in 0.. { if i > 4 { break; } n = i; } n", "4" },
        { "for i in 5..1 { throw 1; } 7", "7" },
        { "let r = 0; for i in 0..5 { r += if i == 3 { break r * 100 } else { i }; }", "300" },
        { "for i in 0..3 { i; }", "()" },
        { "while false { 1; }", "()" },
        { "let r = 0; for i in 0..5 { r += if i == 3 { continue } else { i }; } r", "7" },
        { "return 5; 6", "5" },
        { "let x = 1; if x == 1 { return \"early\"; } \"late\"", "\"early\"" },
        { "fn f(x) { for i in 0..10 { if i == x { return i * 2; } } -1 } [f(3), f(20)]", "[6, -1]" },
        { "fn f(x) { let y = if x { return 1 } else { 2 }; y * 10 } [f(true), f(false)]", "[1, 20]" },
        { "fn f() { [1, 2, { return 3 }] } f()", "3" },
        { "fn f() { loop { loop { return 7; } } } f()", "7" },
        { "{ { 5 } }", "5" },
        { "(if true { 1 } else { 2 }) + 5", "6" },
        { "if true { 1 } -2", "-2" },
        { "let a = [1]; if true { a.push(1); } [a.len()]", "[2]" },
        { "if true { #{a: 5} } else { #{} }.a", "5" },
    };

    public static TheoryData<string, string> Functions => new()
    {
        { "fn add(a, b) { a + b } add(1, 2)", "3" },
        { "add(1, 2); fn add(a, b) { a + b }", "3" },
        { "fn f(a) { 1 } fn f(a, b) { 2 } [f(0), f(0, 0)]", "[1, 2]" },
        { "fn fib(n) { if n < 2 { n } else { fib(n - 1) + fib(n - 2) } } fib(15)", "610" },
        { "fn even(n) { n == 0 || odd(n - 1) } fn odd(n) { n != 0 && even(n - 1) } even(10)", "true" },
        { "private fn f() { 1 } f()", "1" },
        { "fn f() { } f()", "()" },
        { "fn abs(x) { \"mine\" } abs(1)", "\"mine\"" },
        { "const X = 5; fn f() { global::X * 2 } f()", "10" },
        { "fn f(x) { x = 5; x } let x = 1; f(x); x", "1" },
        { "fn add(y) { this + y } 5.add(3)", "8" },
        { "fn twice(x, y) { x * y } 5.twice(3)", "15" },
        { "fn int.kind() { \"integer\" } fn string.kind() { \"text\" } fn kind() { \"other\" } [1.kind(), \"\".kind(), true.kind()]", "[\"integer\", \"text\", \"other\"]" },
        { "let f = |x| x + 1; f.call(2)", "3" },
        { "let f = |x| x + 1; f(2)", "3" },
        { "let f = |x| x + 1; call(f, 2)", "3" },
        { "let f = || 42; f.call()", "42" },
        { "let f = |x, y| { let z = x; z + y }; f.call(1, 2)", "3" },
        { "fn twice(x) { x * 2 } let f = Fn(\"twice\"); f.call(4)", "8" },
        { "let f = Fn(\"abs\"); f.call(-4)", "4" },
        { "let f = |a, b, c| a * 100 + b * 10 + c; f.curry(1).curry(2).call(3)", "123" },
        { "let f = |a, b| a - b; let g = curry(f, 10); g.call(3)", "7" },
        { "let n = 0; let inc = || n += 1; inc.call(); inc.call(); n", "2" },
        { "let n = 0; let inc = || n += 1; let get = || n; inc.call(); get.call()", "1" },
        { "let n = 1; let f = || n; n = 5; f.call()", "5" },
        { "let fs = []; for i in 0..3 { fs.push(|| i); } fs.map(|f| f.call())", "[0, 1, 2]" },
        { "let fs = []; for i in 0..3 { let j = i * 2; fs.push(|| j); } [fs[0].call(), fs[2].call()]", "[0, 4]" },
        { "let make = |x| |y| x + y; let add5 = make.call(5); add5.call(3)", "8" },
        { "let a = 1; let f = || { let g = || a += 1; g.call(); g.call(); }; f.call(); a", "3" },
        { "let m = #{ n: 5, add: |x| this.n += x }; m.add(3); m.n", "8" },
        { "let m = #{ n: 5, get: || this.n }; m.get()", "5" },
        { "let f = |x| this * x; 5.call(f, 3)", "15" },
        { "fn f(x) { |y| x * y } f(6).call(7)", "42" },
        { "fn apply(f, x) { f.call(x) } apply(|x| x * x, 9)", "81" },
        { "fn f(n) { n } [3, 4].map(Fn(\"f\"))", "[3, 4]" },
        { "[1, 2].map(|x| x * 2).filter(|x| x > 2)", "[4]" },
        { "[5, 6].map(|x, i| x * i)", "[0, 6]" },
        { "[5, 6].map(|| this + 1)", "[6, 7]" },
        { "is_def_fn(\"f\", 1) && !is_def_fn(\"f\", 2); fn f(x) { }", "true" },
        { "fn twice(x) { x * 2 } let f = twice; [f.call(4), [1, 2].map(twice), twice.name]", "[8, [2, 4], \"twice\"]" },
        { "let x = 1; let y = 2; let f = || x; [is_shared(x), x.is_shared(), is_shared(y), y.is_shared()]", "[true, true, false, false]" },
        { "fn f(a, b) { } private fn int.g() { } [get_fn_metadata_list().len(), get_fn_metadata_list(\"f\")[0].params, get_fn_metadata_list(\"g\", 0)[0], get_fn_metadata_list(\"f\", 1)]",
            "[2, [\"a\", \"b\"], #{\"access\": \"private\", \"is_anonymous\": false, \"name\": \"g\", \"params\": [], \"this_type\": \"int\"}, []]" },
        { "|x, y| { x - y }.curry(10).call(3)", "7" },
        { "fn f(x) { } is_def_fn(\"f\", 1) && !is_def_fn(\"f\", 2)", "true" },
        { "let x = 1; is_def_var(\"x\") && !is_def_var(\"y\")", "true" },
        { "type_of(|| 1)", "\"Fn\"" },
        { "let x = 10; let f = |x| x; f.call(1) + x", "11" },
        { "let s = \"a\"; let f = || s.append(\"b\"); f.call(); s", "\"ab\"" },
        { "#!/usr/bin/rhai\n5", "5" },
        { "#![allow(unused)]\nfn main() {\nlet a = 3;\na + 1\n}", "4" },
        { "// comment\n1 /* a /* nested */ comment */ + /// doc\n2", "3" },
        { "let größe = 3; größe", "3" },
        { "let _x = 1; _x", "1" },
    };

    public static TheoryData<string, string> Errors => new()
    {
        { "try { throw \"oops\"; } catch (e) { e }", "\"oops\"" },
        { "try { throw; } catch { 5 }", "5" },
        { "try { 1 } catch { 2 }", "1" },
        { "let x = try { 1 / 0 } catch (e) { e.message }; x", "\"Division by zero: 1 / 0\"" },
        { "try { throw 42; } catch (e) { e + 1 }", "43" },
        { "try { throw #{code: 7}; } catch (e) { e.code }", "7" },
        { "try { try { throw 1; } catch (e) { throw e + 1; } } catch (e) { e }", "2" },
        { "try { undefined_thing } catch (e) { e.error }", "\"ErrorVariableNotFound\"" },
        { "try { [1][5] } catch (e) { `${e.line}:${e.position}` }", "\"1:10\"" },
        { "try { 1 / 0 } catch (e) { try { throw e; } catch (again) { again.message } }", "\"Division by zero: 1 / 0\"" },
        { "fn deep(n) { if n == 0 { throw \"bottom\"; } deep(n - 1) } let r = []; for i in 0..20 { try { deep(30); } catch (e) { r.push(e); } } r.len()", "20" },
        { "let n = 0; for i in 0..5 { try { if i == 2 { continue; } n += i; } catch { } } n", "8" },
        { "fn f() { try { return 1; } catch { } 2 } f()", "1" },
        { "let f = || throw \"x\"; try { f.call() } catch (e) { e }", "\"x\"" },
    };

    [Theory]
    [MemberData(nameof(Literals))]
    public Task A_literal_is_read(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Operators))]
    public Task An_operator_gives(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Variables))]
    public Task A_variable_or_element_is_set(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Copies))]
    public Task Arrays_and_maps_are_values(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Control))]
    public Task Control_goes(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Functions))]
    public Task A_function_does(string script, string value) => Check(script, value);

    [Theory]
    [MemberData(nameof(Errors))]
    public Task An_error_is_caught(string script, string value) => Check(script, value);

    // Everything again as it runs where something may wait: the name of a function nobody knows makes the evaluator await all of it.
    [Theory]
    [MemberData(nameof(Operators))]
    [MemberData(nameof(Variables))]
    [MemberData(nameof(Copies))]
    [MemberData(nameof(Control))]
    [MemberData(nameof(Functions))]
    [MemberData(nameof(Errors))]
    public async Task The_same_awaited(string script, string value) =>
        Assert.Equal(value, await RhaiRig.EvaluateAsync(script, table: WaitingTable.Instance));

    private static async Task Check(string script, string value) => Assert.Equal(value, await RhaiRig.EvaluateAsync(script));
}
