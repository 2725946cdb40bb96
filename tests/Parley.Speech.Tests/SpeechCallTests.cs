using System.Net;
using Parley.Media.Audio;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Media.Sdp.OfferAnswer;
using Parley.Net;
using Parley.Speech.Vendors;
using Parley.TestSupport;

namespace Parley.Speech.Tests;

/// <summary>A chain on a call's stream: two machines on a virtual network, PCMU between them.</summary>
public sealed class SpeechCallTests : IDisposable
{
    private readonly VirtualNetwork _network = new(null);
    private readonly MediaEngine _bots;
    private readonly MediaEngine _callers;
    private readonly AudioStream _bot;
    private readonly AudioStream _caller;
    private readonly SpeechConnections _connections = new();

    public SpeechCallTests()
    {
        _bots = new(_network.Host("10.0.0.1"), new() { Lanes = 1, BindAddress = IPAddress.Parse("10.0.0.1") });
        _callers = new(_network.Host("10.0.0.2"), new() { Lanes = 1, BindAddress = IPAddress.Parse("10.0.0.2") });
        (_bot, _caller) = (_bots.CreateStream(), _callers.CreateStream());
        _bot.Configure(To(_caller));
        _caller.Configure(To(_bot));
    }

    public void Dispose()
    {
        _connections.Dispose();
        _network.Run(async () =>
        {
            await _bots.DisposeAsync();
            await _callers.DisposeAsync();
        }, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Espeak_is_heard_at_the_far_end_and_its_end_is_told()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        await using var chain = new SpeechChain(new(), new(_connections));
        chain.Attach(_bot);
        var ear = new Ear();
        _caller.Listen(ear);
        var ended = false;
        chain.Events.Observe(happened => ended |= happened is PlaybackEnded);
        chain.Player.Speak(new() { Text = "Hello, can you hear me?", EndOfStream = true });
        Until(() => ended, "the end of the playback");
        Assert.InRange(ear.LoudFrames, 30, 200); // 0.6 s of voice and more
    }

    [Fact]
    public async Task A_caller_who_speaks_is_heard_and_cuts_the_bot()
    {
        Assert.SkipUnless(Espeak.IsInstalled, "espeak-ng is not installed.");
        await using var chain = new SpeechChain(new() { VoiceActivity = new() { SampleRate = 8000 } }, new(_connections));
        chain.Attach(_bot);
        var interrupted = false;
        chain.Events.Observe(happened =>
        {
            if (happened is SpeechStarted) chain.Player.Interrupt();
            interrupted |= happened is PlaybackInterrupted;
        });
        chain.Player.Play(new ToneSource(440, 8000), new() { PlayId = "music", Role = Parley.Speech.Output.LayerRole.Background });
        chain.Player.Speak(new() { Text = string.Join(' ', Sounds.Sentences) });
        var ear = new Ear();
        _caller.Listen(ear);
        Until(() => ear.LoudFrames > 50, "the bot speaks");
        _caller.Play(new AudioClipSource(Espeak.Say("en+f1", 150, "Excuse me, I have a question."), 8000));
        Until(() => interrupted, "the caller is heard");
        Assert.False(chain.Player.IsPlaying);
        Assert.NotNull(chain.Output.Find("music"));
    }

    private void Until(Func<bool> condition, string what)
    {
        // The network's time goes on by itself; what other threads do for it takes real time.
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"Not within 30 s: {what}.");
            _network.Advance(TimeSpan.FromMilliseconds(20));
            Thread.Sleep(1);
        }
    }

    private static NegotiatedAudio To(AudioStream other) => new()
    {
        Enabled = true,
        RemoteAddress = other.Local.Address,
        RemotePort = other.Local.Port,
        SendPayloads = [new(0, AudioCodecs.Pcmu)],
        ReceivePayloads = [new(0, AudioCodecs.Pcmu)],
        Direction = MediaDirection.SendReceive,
    };

    /// <summary>Counts frames that are not silent.</summary>
    private sealed class Ear : IAudioSink
    {
        public int SampleRate => 8000;

        public int LoudFrames { get; private set; }

        public void Write(ReadOnlySpan<short> pcm)
        {
            if (AudioLevel.Peak(pcm) > 500) LoudFrames++;
        }
    }
}
