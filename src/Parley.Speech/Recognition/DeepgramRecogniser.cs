using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>Deepgram's live transcription (<c>/v1/listen</c>). Model <c>nova-3</c> unless another is named; final when Deepgram hears the speaker pause.</summary>
public sealed class DeepgramRecogniser : WebSocketRecogniser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="RecognitionOptions.SecretKey"/>; extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no key, or the rate cannot be.</exception>
    public DeepgramRecogniser(RecognitionOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("Deepgram needs its API key as SecretKey.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "deepgram";

    private protected override Protocol Begin() => new Session(this);

    private sealed class Session(DeepgramRecogniser vendor) : Protocol
    {
        private string _settled = ""; // final pieces of an utterance whose end has not been heard
        private double? _start;

        public override Uri Address => Query.Build(vendor.Options.Endpoint ?? new("wss://api.deepgram.com/v1/listen"), vendor.Options.Extra,
            ("model", vendor.Options.Model ?? "nova-3"),
            ("language", vendor.Options.Language),
            ("encoding", "linear16"),
            ("sample_rate", vendor.SampleRate.ToString(CultureInfo.InvariantCulture)),
            ("channels", "1"),
            ("interim_results", "true"),
            ("smart_format", "true"),
            ("endpointing", "300"));

        public override IEnumerable<(string Name, string Value)> Headers => [("Authorization", $"Token {vendor.Options.SecretKey}")];

        public override string KeepAlive => """{"type":"KeepAlive"}""";

        public override string Farewell => """{"type":"CloseStream"}""";

        public override RecogniserResult? Take(JsonElement message)
        {
            switch (message.At("type").Text())
            {
                case "Results":
                    return Results(message);
                case "Error":
                    throw new SpeechVendorException(vendor.Name, VendorFailure.Protocol, vendor.Secretless(message.At("description").Text() ?? message.At("message").Text()));
                default:
                    return null; // metadata, and what Deepgram adds in future
            }
        }

        private RecogniserResult Results(JsonElement message)
        {
            var best = message.At("channel", "alternatives").First();
            var text = best.At("transcript").Text() ?? "";
            var start = message.At("start").Number() ?? 0;
            var end = start + (message.At("duration").Number() ?? 0);
            if (text.Length > 0) _start ??= best.At("words").First().At("start").Number() ?? start;
            var all = _settled.Length == 0 ? text : text.Length == 0 ? _settled : $"{_settled} {text}";
            if (message.At("is_final").IsTrue()) _settled = all;
            var final = message.At("speech_final").IsTrue();
            var result = new RecogniserResult(all, final && all.Length > 0, TimeSpan.FromSeconds(_start ?? start), TimeSpan.FromSeconds(end), best.At("confidence").Number());
            if (final) (_settled, _start) = ("", null);
            return result;
        }
    }
}
