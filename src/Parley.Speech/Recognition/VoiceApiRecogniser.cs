using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>The voiceapi server (sherpa-onnx behind two WebSockets): audio in, words out, no key. Runs beside Parley, without an account.</summary>
public sealed class VoiceApiRecogniser : WebSocketRecogniser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="RecognitionOptions.Endpoint"/>: <c>ws://host:8000</c>; <c>/asr</c> is added when it has no path. Extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no endpoint, or the rate cannot be.</exception>
    public VoiceApiRecogniser(RecognitionOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (options.Endpoint is null) throw new ArgumentException("voiceapi needs an Endpoint, for instance ws://127.0.0.1:8000.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "voiceapi";

    private protected override Protocol Begin() => new Session(this);

    private sealed class Session(VoiceApiRecogniser vendor) : Protocol
    {
        public override Uri Address
        {
            get
            {
                var endpoint = vendor.Options.Endpoint!;
                if (endpoint.AbsolutePath.Length <= 1) endpoint = new(endpoint, "/asr");
                return Query.Build(endpoint, vendor.Options.Extra, ("samplerate", vendor.SampleRate.ToString(CultureInfo.InvariantCulture)));
            }
        }

        public override RecogniserResult? Take(JsonElement message) =>
            message.At("text").Text() is { } text ? new(text, message.At("finished").IsTrue()) : null;
    }
}
