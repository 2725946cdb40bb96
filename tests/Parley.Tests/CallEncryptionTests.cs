using Parley.Media.Srtp;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Audio encrypted with keys in the session description, in the call API.</summary>
public class CallEncryptionTests
{
    [Fact]
    public void A_call_is_encrypted_where_both_sides_are_told_to() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2");
        var answered = stage.AnswerAll(new AnswerOptions { MediaEncryption = MediaEncryption.Required });
        await using var call = await bob.DialAsync("sip:us@10.0.0.1", new DialOptions { MediaEncryption = MediaEncryption.Required });
        var ours = await answered;
        Assert.Equal((SrtpSuite.AesGcm128, SrtpSuite.AesGcm128), (call.CryptoSuite, ours.CryptoSuite));
        call.StartPlayback(Tones.Of(500));
        ours.StartPlayback(Tones.Of(800));
        Assert.True(await Tones.HeardAsync(ours, 500));
        Assert.True(await Tones.HeardAsync(call, 800));
    });

    [Fact]
    public void The_suites_are_those_of_the_agent() => Stage.Run(
        async stage =>
        {
            var bob = await stage.StartAgentAsync("10.0.0.2", o => o with { MediaEncryption = MediaEncryption.Required, CryptoSuites = [SrtpSuite.AesCm128Sha1Tag32] });
            var answered = stage.AnswerAll();
            await using var call = await bob.DialAsync("sip:us@10.0.0.1");
            Assert.Equal(SrtpSuite.AesCm128Sha1Tag32, (await answered).CryptoSuite);
        },
        options => options with { MediaEncryption = MediaEncryption.Optional });

    [Fact]
    public void Whoever_insists_and_is_answered_plainly_hangs_up() => Stage.Run(async stage =>
    {
        stage.Serve(async (call, ended) =>
        {
            await call.AnswerAsync();
            await call.WaitForEndAsync(CancellationToken.None);
        });
        var bob = await stage.StartAgentAsync("10.0.0.2");
        var result = await bob.TryDialAsync("sip:us@10.0.0.1", new DialOptions { MediaEncryption = MediaEncryption.Required });
        Assert.Equal(488, result.End!.Value.Status);
    });

    [Fact]
    public void A_bridge_joins_an_encrypted_call_with_a_plain_one() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2");
        var carol = await stage.StartAgentAsync("10.0.0.3");
        var fromBob = stage.AnswerAll(new AnswerOptions { MediaEncryption = MediaEncryption.Optional });
        var atCarol = stage.AnswerAll(agent: carol);
        await using var bobsEnd = await bob.DialAsync("sip:us@10.0.0.1", new DialOptions { MediaEncryption = MediaEncryption.Required });
        var ours = await fromBob;
        await using var toCarol = await stage.Agent.DialAsync("sip:carol@10.0.0.3", new DialOptions { BridgeWith = ours });
        var carolsEnd = await atCarol;
        Assert.Null(carolsEnd.CryptoSuite);
        await using var bridge = Bridge.Connect(ours, toCarol);
        bobsEnd.StartPlayback(Tones.Of(500));
        carolsEnd.StartPlayback(Tones.Of(800));
        Assert.True(await Tones.HeardAsync(carolsEnd, 500));
        Assert.True(await Tones.HeardAsync(bobsEnd, 800));
        await bobsEnd.SendDigitsAsync("5");
        await foreach (var digit in carolsEnd.Digits())
        {
            Assert.Equal('5', digit.Symbol);
            break;
        }

        Assert.Equal(0, bobsEnd.Audio.GetStatistics().Refused);
    });

    [Fact]
    public void A_hold_goes_on_with_the_same_keys() => Stage.Run(async stage =>
    {
        var bob = await stage.StartAgentAsync("10.0.0.2", o => o with { MediaEncryption = MediaEncryption.Required });
        var answered = stage.AnswerAll(new AnswerOptions { MediaEncryption = MediaEncryption.Required });
        await using var call = await bob.DialAsync("sip:us@10.0.0.1");
        var ours = await answered;
        var before = call.Audio.Negotiated!.Srtp;
        call.StartPlayback(Tones.Of(500));
        await call.HoldAsync();
        Assert.True(call.IsHolding);
        Assert.True(ours.IsHeld);
        await call.ResumeAsync();
        Assert.Equal(before, call.Audio.Negotiated!.Srtp);
        Assert.True(await Tones.HeardAsync(ours, 500));
    });

    [Fact]
    public void A_hold_that_is_refused_leaves_the_call_as_it_was() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var dialled = stage.Phone.Call(Wire.Sdp);
        var call = await answered;
        var answer = await dialled;
        var hold = call.HoldAsync();
        var reinvite = await stage.Phone.Expect("INVITE");
        Assert.Contains("a=sendonly", reinvite, StringComparison.Ordinal);
        stage.Phone.Send(Wire.Response(reinvite, "488 Not Acceptable Here"));
        await stage.Phone.Expect("ACK");
        Assert.Equal(CallMediaProblem.NotAcceptable, (await Assert.ThrowsAsync<CallMediaException>(() => hold)).Problem);
        Assert.False(call.IsHolding);
        await stage.Phone.HangUp(answer);
    });
}
