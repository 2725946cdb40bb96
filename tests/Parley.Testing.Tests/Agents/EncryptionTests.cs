using Parley.Net;
using Parley.Testing.Agents;
using Parley.Testing.Tests.Support;

namespace Parley.Testing.Tests.Agents;

/// <summary>Calls whose audio is encrypted, between agents.</summary>
public class EncryptionTests
{
    [Theory]
    [InlineData("srtp", "srtp", true)]
    [InlineData("srtp-mand", "srtp-mand", true)]
    [InlineData("srtp-mand", "srtp", true)]
    [InlineData("srtp", "srtp-mand", true)]
    [InlineData("srtp", null, false)]
    [InlineData(null, "srtp", false)]
    public void Who_can_both_encrypt_does_and_who_cannot_talks_plainly(string? caller, string? called, bool encrypted) => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { MediaEncryption = caller });
        var b = await bench.AddAsync("B", options => options with { MediaEncryption = called });
        await bench.ConnectAsync(a, b);
        await a.VerifyAudioConnectionAsync(b);
        Assert.Equal((encrypted, encrypted), (a.CurrentCall!.Encrypted, b.CurrentCall!.Encrypted));
        await a.DtmfAsync("12#");
        await b.VerifyDtmfAsync("12#", TimeSpan.FromSeconds(5));
        await a.HoldAsync();
        await a.ResumeAsync();
        await b.VerifyAudioConnectionAsync(a);
        await bench.Delay(12);
        Assert.NotNull(a.Quality!.Rtt);
        Assert.Equal(0, a.CurrentCall.Statistics!.PacketsLost);
        Assert.Equal(0, a.CurrentCall.Statistics.Refused);
    });

    [Theory]
    [InlineData("srtp-mand", null)]
    [InlineData(null, "srtp-mand")]
    public void Who_insists_is_not_talked_into_plain_audio(string? caller, string? called) => Bench.Run(async bench =>
    {
        var a = await bench.AddAsync("A", options => options with { MediaEncryption = caller });
        var b = await bench.AddAsync("B", options => options with { MediaEncryption = called });
        await a.DialAsync(b);
        await bench.UntilState(b, AgentState.Ringing);
        var failure = await Assert.ThrowsAsync<AgentException>(() => b.AcceptAsync());
        Assert.StartsWith("agent `B`: cannot answer: Audio ", failure.Message, StringComparison.Ordinal);
        await bench.UntilState(a, AgentState.Idle);
        Assert.Equal(488, a.StatusCode);
    });

    [Fact]
    public void A_transfer_takes_keys_of_its_own() => Bench.Run(async bench =>
    {
        var (a, b, c) = (await AddAsync(bench, "A"), await AddAsync(bench, "B"), await AddAsync(bench, "C"));
        await bench.ConnectAsync(a, b);
        await b.TransferAsync(c);
        await bench.UntilState(c, AgentState.Ringing);
        await c.AcceptAsync();
        await bench.UntilState(b, AgentState.Idle);
        await a.VerifyAudioConnectionAsync(c);
        Assert.True(c.CurrentCall!.Encrypted);
        Assert.NotEqual(Crypto(b.Calls[0].SdpOffered), Crypto(c.CurrentCall.SdpOffered));
    });

    private static Task<Agent> AddAsync(Bench bench, string name) => bench.AddAsync(name, options => options with { MediaEncryption = "srtp-mand" });

    private static string Crypto(string? sdp) => string.Join('\n', sdp!.Split('\n').Where(line => line.StartsWith("a=crypto", StringComparison.Ordinal)));
}
