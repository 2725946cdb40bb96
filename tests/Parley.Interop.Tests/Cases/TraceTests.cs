using Parley.Interop.Tests.Harness;

namespace Parley.Interop.Tests.Cases;

/// <summary>What was sent and received, as a file others can read and as a ladder in the terminal.</summary>
public sealed class TraceTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task A_call_traced_to_pcap_comes_back_as_a_ladder(string transport)
    {
        using var folder = new TempFolder();
        var file = folder.File("trace.pcap");
        await using (var server = await ServeProcess.StartAsync("--trace", file))
        {
            (await Sipp.CallAsync("uac", "tone", server, transport, extra: ["-d", "200"])).AssertAllSuccessful(1);
            server.Interrupt();
            Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        }
        var ladder = await ParleyCommand.RunAsync("trace", file);
        ladder.AssertExit(0);
        foreach (var step in (string[])["INVITE", "200", "ACK", "BYE"])
            Assert.Contains(step, ladder.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_as_text_holds_the_messages_as_they_were()
    {
        using var folder = new TempFolder();
        var file = folder.File("trace.txt");
        await using (var server = await ServeProcess.StartAsync("--trace", file))
        {
            (await Sipp.CallAsync("uac", "tone", server, extra: ["-d", "200"])).AssertAllSuccessful(1);
            server.Interrupt();
            Assert.Equal(0, await server.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        }
        var text = await File.ReadAllTextAsync(file);
        Assert.Contains("INVITE sip:tone@127.0.0.1", text, StringComparison.Ordinal);
        Assert.Contains("From: \"SIPp\" <sip:sipp@127.0.0.1", text, StringComparison.Ordinal);
        Assert.Contains("SIP/2.0 200", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_trace_is_one_clear_line()
    {
        var command = await ParleyCommand.RunAsync("trace", Repository.Prompt);
        Assert.NotEqual(0, command.ExitCode);
        Assert.Single(command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", command.Output, StringComparison.Ordinal);
    }
}
