using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>The voiceapi server (sherpa-onnx behind two WebSockets): a text in, PCM out, no key. The voice is a number. Runs beside Parley, without an account.</summary>
public sealed class VoiceApiSynthesiser : WebSocketSynthesiser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="SynthesisOptions.Endpoint"/>: <c>ws://host:8000</c>; <c>/tts</c> is added when it has no path. Extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no endpoint, or another option cannot be.</exception>
    public VoiceApiSynthesiser(SynthesisOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (options.Endpoint is null) throw new ArgumentException("voiceapi needs an Endpoint, for instance ws://127.0.0.1:8000.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "voiceapi";

    private protected override Session Begin(string? speaker) => new Speaking(this, speaker);

    private sealed class Speaking(VoiceApiSynthesiser vendor, string? speaker) : Session
    {
        private readonly System.Text.StringBuilder _text = new();

        public override int SampleRate => vendor.Options.SampleRate;

        public override Uri Address
        {
            get
            {
                var endpoint = vendor.Options.Endpoint!;
                if (endpoint.AbsolutePath.Length <= 1) endpoint = new(endpoint, "/tts");
                return Query.Build(endpoint, vendor.Options.Extra,
                    ("samplerate", SampleRate.ToString(CultureInfo.InvariantCulture)),
                    ("sid", speaker ?? "0"),
                    ("speed", vendor.Options.Speed.ToString("0.##", CultureInfo.InvariantCulture)),
                    ("chunk_size", "2560"),
                    ("split", "false"));
            }
        }

        // It begins anew with each message it gets: the pieces are put together.
        public override IEnumerable<string> Speak(string piece)
        {
            _text.Append(piece);
            return [];
        }

        public override IEnumerable<string> End() => [_text.ToString()];

        public override List<(int Position, TimeSpan At)> Take(JsonElement message)
        {
            // Its last message counts what it has sent; those before tell of progress only.
            if (message.At("progress").Number() is not { } progress || progress >= 1 || message.At("finished").IsTrue()) IsDone = true;
            return None;
        }
    }
}
