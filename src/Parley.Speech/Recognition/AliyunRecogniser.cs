using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>Aliyun's DashScope recognition: a duplex task over a WebSocket. Model <c>paraformer-realtime-v2</c> unless another is named.</summary>
public sealed class AliyunRecogniser : WebSocketRecogniser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="RecognitionOptions.SecretKey"/>; extras are parameters of the task.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no key, or the rate cannot be.</exception>
    public AliyunRecogniser(RecognitionOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("Aliyun needs its DashScope API key as SecretKey.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "aliyun";

    private protected override Protocol Begin() => new Session(this);

    private sealed class Session(AliyunRecogniser vendor) : Protocol
    {
        private readonly string _task = Guid.NewGuid().ToString("N");
        private bool _ready;

        public override Uri Address => vendor.Options.Endpoint ?? DashScope.Address;

        public override IEnumerable<(string Name, string Value)> Headers => [("Authorization", $"Bearer {vendor.Options.SecretKey}")];

        public override string Greeting => DashScope.RunTask(_task, "asr", "recognition", vendor.Options.Model ?? "paraformer-realtime-v2", parameters =>
        {
            parameters.WriteString("format", "pcm");
            parameters.WriteNumber("sample_rate", vendor.SampleRate);
            if (vendor.Options.Language is { } language)
            {
                parameters.WriteStartArray("language_hints");
                parameters.WriteStringValue(language);
                parameters.WriteEndArray();
            }

            DashScope.WriteExtra(parameters, vendor.Options.Extra);
        });

        public override bool IsReady => _ready;

        public override string Farewell => DashScope.FinishTask(_task);

        public override RecogniserResult? Take(JsonElement message)
        {
            switch (DashScope.Event(message))
            {
                case "task-started":
                    _ready = true;
                    return null;
                case "task-failed":
                    throw DashScope.Failed(vendor.Name, message, vendor.Options.SecretKey);
                case "task-finished":
                    throw new SpeechVendorException(vendor.Name, VendorFailure.Closed, "the task was ended");
                case "result-generated":
                    var sentence = message.At("payload", "output", "sentence");
                    if (sentence.At("heartbeat").IsTrue()) return null;
                    var end = sentence.At("end_time").Number();
                    // Older models leave sentence_end out and tell an end by giving its time.
                    var final = sentence.At("sentence_end") is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.IsTrue() : end is not null;
                    return new(
                        sentence.At("text").Text() ?? "",
                        final,
                        sentence.At("begin_time").Number() is { } begin ? TimeSpan.FromMilliseconds(begin) : null,
                        end is { } time ? TimeSpan.FromMilliseconds(time) : null,
                        TaskId: _task);
                default:
                    return null;
            }
        }
    }
}
