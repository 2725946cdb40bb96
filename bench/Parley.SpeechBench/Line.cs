using System.Net;
using Parley.BenchSupport;
using Parley.Media.Codecs;
using Parley.Media.Engine;
using Parley.Media.Sdp;
using Parley.Speech;
using Parley.Speech.Activity;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;
using Parley.Speech.Vendors;

namespace Parley.SpeechBench;

/// <summary>One bot's call.</summary>
internal sealed class Line : FarLine
{
    public Line(MediaEngine engine, IPEndPoint far, SpeechConnections connections)
    {
        var providers = new SpeechProviders(connections);
        providers.Register("scripted", (RecognitionOptions _, SpeechConnections _) => Recogniser);
        providers.Register("scripted", (SynthesisOptions _, SpeechConnections _) => new ScriptedSynthesiser());
        Chain = new(
            new()
            {
                VoiceActivity = new VoiceActivityOptions { SampleRate = 8000 },
                EndOfUtterance = new(),
                Recognisers = [new() { Provider = "scripted", SampleRate = 8000 }],
                Synthesisers = [new() { Provider = "scripted" }],
            },
            providers);
        Stream = engine.CreateStream();
        Stream.Configure(new()
        {
            Enabled = true, RemoteAddress = far.Address, RemotePort = far.Port, SendPayloads = [new(0, AudioCodecs.Pcmu)], ReceivePayloads = [new(0, AudioCodecs.Pcmu)],
            Direction = MediaDirection.SendReceive,
        });
        Chain.Attach(Stream);
        Port = Stream.Local.Port;
    }

    public SpeechChain Chain { get; }

    public ScriptedRecogniser Recogniser { get; } = new();

    public AudioStream Stream { get; }
}
