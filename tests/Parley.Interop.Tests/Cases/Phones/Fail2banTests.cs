using System.Text.RegularExpressions;
using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases.Phones;

/// <summary>What the documentation tells fail2ban to look for, tried by Debian's fail2ban-regex on what `parley serve` writes.</summary>
public sealed class Fail2banTests
{
    [Fact]
    public async Task The_documented_filter_finds_who_was_refused_in_what_serve_writes()
    {
        await using var server = await ServeProcess.StartAsync(["alice"], null);
        var domain = $"127.0.0.1:{server.SipPort}";
        using var phone = new HandPhone(server.SipPort);
        for (var tries = 0; tries < 3; tries++)
            Assert.Equal(401, (await RegisterAsync(phone, "mallory", domain)).Status);
        await WaitForLinesAsync(server, 3);
        Assert.Equal(["127.0.0.1", "127.0.0.1", "127.0.0.1"], await FoundAsync(server.Output));
    }

    [Fact]
    public async Task Nobody_has_somebody_else_banned_by_what_he_dials()
    {
        await using var server = await ServeProcess.StartAsync(["alice"], null);
        var domain = $"127.0.0.1:{server.SipPort}";
        using var phone = new HandPhone(server.SipPort);
        string callId = HandPhone.NewToken(), from = $"<sip:alice@{domain}>;tag={HandPhone.NewToken()}";
        const string Name = "x%20banned%20from%20192.0.2.1%20port%205060";
        var answer = await phone.FinalAsync("alice", (number, more) => phone.Request(
            "INVITE", $"sip:{Name}@{domain}", [$"From: {from}", $"Call-ID: {callId}", $"CSeq: {number} INVITE", .. more], HandPhone.Offer(40_000)));
        Assert.Equal(404, answer.Status);
        for (var tries = 0; tries < 600 && !server.Output.Contains("192.0.2.1", StringComparison.Ordinal); tries++)
            await Task.Delay(50);
        Assert.Contains("192.0.2.1", server.Output, StringComparison.Ordinal);
        Assert.Empty(await FoundAsync(server.Output));
    }

    [Theory]
    [InlineData("12:34:56 ")]
    [InlineData("2026-11-21T12:34:56+0000 host parley[17]: 12:34:56 ")]
    [InlineData("2026-11-21T12:34:56+0000 host parley: ")]
    public async Task The_lines_that_are_documented_are_found_however_they_come_to_the_log(string before)
    {
        var lines = (await DocumentedAsync()).Where(line => Regex.IsMatch(line, "^(refused|banned) ")).ToList();
        Assert.True(lines.Count >= 4, "docs/accounts.md shows no lines any more");
        var expected = lines.Select(line => Regex.Match(line, "(?<= from )\\S+").Value);
        Assert.Equal(expected, await FoundAsync(string.Concat(lines.Select(line => before + line + "\n"))));
    }

    private static async Task<HandMessage> RegisterAsync(HandPhone phone, string name, string domain)
    {
        string callId = HandPhone.NewToken(), from = $"<sip:{name}@{domain}>;tag={HandPhone.NewToken()}";
        return await phone.FinalAsync(name, (number, more) => phone.Request(
            "REGISTER", $"sip:{domain}", [$"From: {from}", $"To: <sip:{name}@{domain}>", $"Call-ID: {callId}", $"CSeq: {number} REGISTER", .. more]));
    }

    private static async Task WaitForLinesAsync(ServeProcess server, int count)
    {
        for (var tries = 0; tries < 600 && Regex.Count(server.Output, "refused REGISTER from") < count; tries++)
            await Task.Delay(50);
        Assert.True(Regex.Count(server.Output, "refused REGISTER from") == count, $"parley serve wrote:\n{server.Output}");
    }

    // The indented blocks of the document.
    private static async Task<IEnumerable<string>> DocumentedAsync() =>
        (await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "docs", "accounts.md"))).Where(line => line.StartsWith("    ", StringComparison.Ordinal)).Select(line => line[4..]);

    // The addresses that the documented filter takes out of a log.
    private static async Task<string[]> FoundAsync(string log)
    {
        using var folder = new TempFolder();
        var filter = (await DocumentedAsync()).SkipWhile(line => line != "[Definition]").TakeWhile(line => line.Length > 0);
        Directory.CreateDirectory(folder.File("filter.d"));
        await File.WriteAllLinesAsync(folder.File("filter.d/parley.conf"), filter);
        await File.WriteAllTextAsync(folder.File("parley.log"), log);
        await using var process = ChildProcess.Start("fail2ban-regex", ["-o", "<ip>", folder.File("parley.log"), folder.File("filter.d/parley.conf")], folder.Path);
        Assert.Equal(0, await process.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        return process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
