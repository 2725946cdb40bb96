using Parley.Cli.Tests.Support;
using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Files;
using Parley.Sip.Invites;

namespace Parley.Cli.Tests.Extensions;

/// <summary>Each extension called over the virtual network.</summary>
public sealed class ExtensionTests
{
    [Theory]
    [InlineData("tone", 440)]
    [InlineData("tone-1000", 1000)]
    public void Tone_is_heard_until_the_caller_hangs_up(string extension, int hertz) => Exchange.Run(async exchange =>
    {
        await using var call = await exchange.DialAsync(extension);
        Assert.True(await Heard.ToneAsync(call, hertz));
        await exchange.Delay(60);
        Assert.Equal(CallState.Answered, call.State);
        Assert.True(await Heard.ToneAsync(call, hertz));
    });

    [Fact]
    public void Echo_sends_back_what_it_hears() => Exchange.Run(async exchange =>
    {
        await using var call = await exchange.DialAsync("echo");
        call.StartPlayback(new ToneSource(700, 8000));
        await exchange.Delay(0.5);
        Assert.True(await Heard.ToneAsync(call, 700));
    });

    [Fact]
    public void Play_hangs_up_when_it_has_said_its_prompt() => Exchange.Run(async exchange =>
    {
        await using var call = await exchange.DialAsync("play");
        var begin = exchange.Network.Clock.Elapsed;
        var end = await call.WaitForEndAsync();
        Assert.Equal((CallEndKind.Completed, CallEndParty.Remote), (end.Kind, end.By));
        Assert.InRange((exchange.Network.Clock.Elapsed - begin).TotalSeconds, 5.5, 12);
    });

    [Fact]
    public void Menu_plays_a_second_of_tone_for_each_digit() => Exchange.Run(async exchange =>
    {
        await using var call = await exchange.DialAsync("menu");
        await call.SendDigitsAsync("3");
        Assert.True(await Heard.ToneAsync(call, 600));
        await exchange.Delay(1);
        await call.SendInfoDigitsAsync("7");
        Assert.True(await Heard.ToneAsync(call, 1000));
    });

    [Fact]
    public void Early_is_heard_before_the_answer_and_otherwise_after_it() => Exchange.Run(async exchange =>
    {
        var begin = exchange.Network.Clock.Elapsed;
        var early = false;
        await using var call = await exchange.Caller.DialAsync("sip:early@10.0.0.1", new() { OnProgress = progress => early |= progress is { Status: 183, EarlyMedia: true } });
        Assert.True(early);
        Assert.InRange((exchange.Network.Clock.Elapsed - begin).TotalSeconds, 1.9, 6);
        Assert.True(await Heard.ToneAsync(call, 880));
    });

    [Fact]
    public void Record_leaves_a_stereo_file_and_hangs_up_on_the_hash_key() => Exchange.Run(async exchange =>
    {
        await using var call = await exchange.DialAsync("record");
        call.StartPlayback(new ToneSource(700, 8000));
        await exchange.Delay(3);
        var sending = call.SendDigitsAsync("5#");
        Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync()).By);
        await Task.WhenAny(sending); // the hang-up may come before the last repetition of the digit's end is out

        var file = Assert.Single(Directory.GetFiles(Path.Combine(exchange.Data, "recordings")));
        Assert.Equal(2, BitConverter.ToInt16(await File.ReadAllBytesAsync(file), 22)); // channels, in the canonical WAV header
        Assert.InRange((await AudioFile.LoadAsync(file)).Duration.TotalSeconds, 1.5, 4);
    });

    [Fact]
    public void Record_ends_after_ten_minutes()
    {
        var exchange = Exchange.Run(async exchange =>
        {
            await using var call = await exchange.DialAsync("record");
            var begin = exchange.Network.Clock.Elapsed;
            Assert.Equal(CallEndParty.Remote, (await call.WaitForEndAsync()).By);
            Assert.InRange((exchange.Network.Clock.Elapsed - begin).TotalMinutes, 10, 11);
        });
        Assert.Contains("which is the limit", exchange.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void Recordings_beyond_the_limit_are_refused_until_one_is_over() => Exchange.Run(async exchange =>
    {
        List<OutgoingCall> calls = [];
        for (var i = 0; i < 27; i++)
            calls.Add(await exchange.DialAsync("record"));
        Assert.Equal(503, await exchange.RefusalAsync("record"));
        foreach (var call in calls)
            await call.DisposeAsync();
        await exchange.Delay(1);
        await using var another = await exchange.DialAsync("record");
    });

    [Theory]
    [InlineData("reject-486", 486)]
    [InlineData("reject-603", 603)]
    [InlineData("reject-200", 404)]
    [InlineData("reject-", 404)]
    [InlineData("tone-0", 404)]
    [InlineData("tone-99999", 404)]
    [InlineData("tone-x", 404)]
    [InlineData("nobody", 404)]
    [InlineData("bridge-", 404)]
    public void A_refusal_has_the_status_that_says_why(string extension, int status) =>
        Exchange.Run(async exchange => Assert.Equal(status, await exchange.RefusalAsync(extension)));

    [Fact]
    public void No_common_codec_is_refused_with_488() => Exchange.Run(async exchange =>
        Assert.Equal(488, await exchange.RefusalAsync("echo", new() { Codecs = [AudioCodecs.L16Wideband] })));

    [Fact]
    public void The_log_says_what_could_have_been_dialled()
    {
        var exchange = Exchange.Run(exchange => exchange.RefusalAsync("nobody"));
        Assert.Contains("no extension 'nobody'; there are echo, tone, tone-N, play,", exchange.Log, StringComparison.Ordinal);
    }
}
