using Parley.Control;
using Parley.Media.Files;
using Parley.Media.Playback;
using Parley.Tests.Control;
using Parley.Tests.Support;

namespace Parley.Tests;

/// <summary>Files that have to be decoded, in a call: what is played, what commands let parties hear, music of those who wait.</summary>
public sealed class DecodedAudioTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-decoded-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(SoundFormat.Mp3)]
    [InlineData(SoundFormat.Vorbis)]
    [InlineData(SoundFormat.Opus)]
    [InlineData(SoundFormat.Flac)]
    public void A_file_and_a_stream_are_heard_to_their_end(SoundFormat format)
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        Stage.Run(async stage =>
        {
            var answered = stage.AnswerAll();
            var bob = await stage.StartAgentAsync("10.0.0.2");
            await using var call = await bob.DialAsync("sip:us@10.0.0.1");
            var us = await answered;
            var playing = us.PlayAsync(Write("a", format, 700));
            await HearsAsync(call, 700);
            var result = await playing;
            Assert.Equal(PlaybackEnd.Finished, result.End);
            Assert.InRange(result.Played.TotalSeconds, 2.9, 3.2);
            await using var stream = File.OpenRead(Write("b", format, 500));
            playing = us.PlayAsync(stream);
            await HearsAsync(call, 500);
            Assert.Equal(PlaybackEnd.Finished, (await playing).End);
        });
    }

    [Fact]
    public void A_song_that_is_none_is_an_error_that_says_so_and_the_call_goes_on() => Stage.Run(async stage =>
    {
        var answered = stage.AnswerAll();
        var bob = await stage.StartAgentAsync("10.0.0.2");
        await using var call = await bob.DialAsync("sip:us@10.0.0.1");
        await File.WriteAllTextAsync(Path.Combine(_folder, "song.mp3"), "ID3 and nothing more");
        var us = await answered;
        var e = await Assert.ThrowsAsync<AudioFormatException>(() => us.PlayAsync(Path.Combine(_folder, "song.mp3")));
        Assert.StartsWith("'song.mp3' cannot be played: This is MP3", e.Message, StringComparison.Ordinal);
        var playing = us.PlayAsync(Tones.Of(440, 1));
        Assert.True(await Tones.HeardAsync(call, 440));
        await playing;
    });

    [Fact]
    public void A_command_plays_an_MP3_and_says_what_is_wrong_with_another()
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        ControlStage.Run(
            async stage =>
            {
                Write("hello.mp3", SoundFormat.Mp3, 700);
                await File.WriteAllTextAsync(Path.Combine(_folder, "none.mp3"), "ID3 and nothing more");
                var (call, _, bob) = await stage.TalkAsync();
                var none = await stage.RunAsync(new PlayToCall { Call = call.Id, Source = "none.mp3" });
                Assert.Equal(488, none.Code);
                Assert.Contains("'none.mp3' cannot be played: This is MP3", none.Text, StringComparison.Ordinal);
                var playing = stage.RunAsync(new PlayToCall { Call = call.Id, Source = "hello.mp3" });
                await HearsAsync(bob, 700);
                Assert.True((await playing).IsSuccess);
            },
            options => options with { Prompts = _folder });
    }

    [Fact]
    public void Music_on_hold_is_an_Ogg()
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        ControlStage.Run(
            async stage =>
            {
                var (call, alice, bob) = await stage.TalkAsync();
                Assert.True((await stage.RunAsync(new HoldCall { Call = call.Id, Leg = CallSide.Caller })).IsSuccess);
                await HearsAsync(bob, 700);
                Assert.True((await stage.RunAsync(new UnholdCall { Call = call.Id })).IsSuccess);
                await ControlStage.HearEachOtherAsync(alice, bob);
            },
            options => options with { HoldMusic = Write("music.ogg", SoundFormat.Vorbis, 700) });
    }

    private string Write(string name, SoundFormat format, double hertz) => SoundFiles.WriteTone(Path.Combine(_folder, name), format, hertz, seconds: 3);

    // Decoding takes real time, of which a clock that leaps knows nothing: it is heard some time, if at all.
    private static async Task HearsAsync(Call call, double hertz)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await Tones.HeardAsync(call, hertz))
                return;
        }

        Assert.Fail($"{hertz} Hz was not heard");
    }
}
