using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>Deepgram's streaming speech (<c>/v1/speak</c>); a connection speaks one text after the other. The voice is the model: <c>aura-2-thalia-en</c> unless another is named.</summary>
public sealed class DeepgramSynthesiser : WebSocketSynthesiser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="SynthesisOptions.SecretKey"/>; extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no key, or another option cannot be.</exception>
    public DeepgramSynthesiser(SynthesisOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("Deepgram needs its API key as SecretKey.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "deepgram";

    private protected override Session Begin(string? speaker) => new Speaking(this, speaker);

    private sealed class Speaking(DeepgramSynthesiser vendor, string? speaker) : Session
    {
        public override Uri Address => Query.Build(vendor.Options.Endpoint ?? new("wss://api.deepgram.com/v1/speak"), vendor.Options.Extra,
            ("model", speaker ?? vendor.Options.Model ?? "aura-2-thalia-en"),
            ("encoding", "linear16"),
            ("sample_rate", SampleRate.ToString(CultureInfo.InvariantCulture)));

        public override int SampleRate => vendor.Options.SampleRate;

        public override IEnumerable<(string Name, string Value)> Headers => [("Authorization", $"Token {vendor.Options.SecretKey}")];

        // The voice is in the address: a connection serves the voice it was opened for.
        public override bool IsReusable => speaker == vendor.Options.Speaker;

        public override IEnumerable<string> Speak(string piece)
        {
            yield return Json.Write(writer =>
            {
                writer.WriteString("type", "Speak");
                writer.WriteString("text", piece);
            });
        }

        public override IEnumerable<string> End() => ["""{"type":"Flush"}"""];

        public override List<(int Position, TimeSpan At)> Take(JsonElement message)
        {
            switch (message.At("type").Text())
            {
                case "Flushed":
                    IsDone = true;
                    return None;
                case "Error":
                    throw new SpeechVendorException(
                        vendor.Name, VendorFailure.Protocol, vendor.Secretless(message.At("description").Text() ?? message.At("err_msg").Text() ?? message.At("message").Text()));
                default:
                    return None; // metadata and warnings
            }
        }
    }
}
