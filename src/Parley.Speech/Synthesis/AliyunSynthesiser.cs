using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>Aliyun's CosyVoice on DashScope: duplex tasks, one after the other over one connection. Model <c>cosyvoice-v2</c> and voice <c>longyumi_v2</c> unless others are named.</summary>
public sealed class AliyunSynthesiser : WebSocketSynthesiser
{
    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With <see cref="SynthesisOptions.SecretKey"/>; extras are parameters of the task.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">There is no key, or another option cannot be.</exception>
    public AliyunSynthesiser(SynthesisOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.SecretKey)) throw new ArgumentException("Aliyun needs its DashScope API key as SecretKey.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "aliyun";

    private protected override Session Begin(string? speaker) => new Speaking(this, speaker);

    private sealed class Speaking(AliyunSynthesiser vendor, string? speaker) : Session
    {
        private readonly string _task = Guid.NewGuid().ToString("N");
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Uri Address => vendor.Options.Endpoint ?? DashScope.Address;

        public override int SampleRate => vendor.Options.SampleRate;

        public override IEnumerable<(string Name, string Value)> Headers => [("Authorization", $"Bearer {vendor.Options.SecretKey}")];

        public override bool IsReusable => true;

        public override Task Ready => _ready.Task;

        public override string Greeting => DashScope.RunTask(_task, "tts", "SpeechSynthesizer", vendor.Options.Model ?? "cosyvoice-v2", parameters =>
        {
            parameters.WriteString("text_type", "PlainText");
            parameters.WriteString("voice", speaker ?? "longyumi_v2");
            parameters.WriteString("format", "pcm");
            parameters.WriteNumber("sample_rate", SampleRate);
            parameters.WriteNumber("volume", vendor.Options.Volume * 10);
            parameters.WriteNumber("rate", Math.Clamp(vendor.Options.Speed, 0.5, 2));
            DashScope.WriteExtra(parameters, vendor.Options.Extra);
        });

        public override IEnumerable<string> Speak(string piece) => [DashScope.ContinueTask(_task, piece)];

        public override IEnumerable<string> End() => [DashScope.FinishTask(_task)];

        public override List<(int Position, TimeSpan At)> Take(JsonElement message)
        {
            switch (DashScope.Event(message))
            {
                case "task-started":
                    _ready.TrySetResult();
                    return None;
                case "task-finished":
                    IsDone = true;
                    return None;
                case "task-failed":
                    throw DashScope.Failed(vendor.Name, message, vendor.Options.SecretKey);
                default:
                    return None;
            }
        }
    }
}
