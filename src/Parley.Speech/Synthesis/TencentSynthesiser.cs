using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>Tencent Cloud's streaming synthesis (<c>/stream_wsv2</c>), signed address, with the times of words. Voice 101001 unless another number is named.</summary>
public sealed class TencentSynthesiser : WebSocketSynthesiser
{
    private const string Host = "tts.cloud.tencent.com";

    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With application id, secret id and secret key; extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">One of these is missing, or another option cannot be.</exception>
    public TencentSynthesiser(SynthesisOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.AppId) || string.IsNullOrEmpty(options.SecretId) || string.IsNullOrEmpty(options.SecretKey))
            throw new ArgumentException("Tencent needs AppId, SecretId and SecretKey.", nameof(options));
        if (options.SampleRate is not (8000 or 16000 or 24000)) throw new ArgumentException($"Tencent speaks at 8000, 16000 or 24000 samples per second, not {options.SampleRate}.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "tencent";

    private protected override Session Begin(string? speaker) => new Speaking(this, speaker);

    private sealed class Speaking(TencentSynthesiser vendor, string? speaker) : Session
    {
        private readonly string _session = Guid.NewGuid().ToString();
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override int SampleRate => vendor.Options.SampleRate;

        public override Task Ready => _ready.Task;

        public override Uri Address
        {
            get
            {
                var options = vendor.Options;
                var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
                var parameters = new Dictionary<string, string>
                {
                    ["Action"] = "TextToStreamAudioWSv2",
                    ["AppId"] = options.AppId!,
                    ["SecretId"] = options.SecretId!,
                    ["SessionId"] = _session,
                    ["Timestamp"] = now.ToString(CultureInfo.InvariantCulture),
                    ["Expired"] = (now + 86_400).ToString(CultureInfo.InvariantCulture),
                    ["VoiceType"] = speaker ?? "101001",
                    ["Codec"] = "pcm",
                    ["SampleRate"] = SampleRate.ToString(CultureInfo.InvariantCulture),
                    ["Speed"] = Speed(options.Speed).ToString("0.##", CultureInfo.InvariantCulture),
                    ["Volume"] = (options.Volume - 5).ToString(CultureInfo.InvariantCulture), // theirs is around 0
                    ["EnableSubtitle"] = options.Subtitle ? "True" : "False",
                };
                if (options.Emotion is { } emotion) parameters["EmotionCategory"] = emotion;
                foreach (var (name, value) in options.Extra) parameters[name] = value;
                var address = options.Endpoint ?? new Uri($"wss://{Host}");
                if (address.AbsolutePath.Length <= 1) address = new(address, "/stream_wsv2");
                return TencentSignature.Sign("GET", Host, address, parameters, "Signature", options.SecretKey!);
            }
        }

        public override IEnumerable<string> Speak(string piece) => [Message("ACTION_SYNTHESIS", piece)];

        public override IEnumerable<string> End() => [Message("ACTION_COMPLETE", "")];

        public override List<(int Position, TimeSpan At)> Take(JsonElement message)
        {
            var code = message.At("code").Integer() ?? 0;
            if (code != 0)
            {
                // 10001–10009: parameters, signature, account; 10010 and up: too many, or the service itself.
                var failure = code switch
                {
                    10003 or 10004 or 10005 or 10006 => VendorFailure.Refused,
                    10008 or 10009 => VendorFailure.RateLimited,
                    10001 or 10002 => VendorFailure.Protocol,
                    _ => VendorFailure.Unavailable,
                };
                throw new SpeechVendorException(vendor.Name, failure, vendor.Secretless(message.At("message").Text()), code);
            }

            if (message.At("ready").Integer() == 1) _ready.TrySetResult();
            if (message.At("final").Integer() == 1) IsDone = true;
            List<(int, TimeSpan)>? marks = null;
            foreach (var word in message.At("result", "subtitles").Items())
            {
                if (word.At("BeginIndex").Integer() is { } index && word.At("BeginTime").Number() is { } time)
                    (marks ??= []).Add((index, TimeSpan.FromMilliseconds(time)));
            }

            return marks ?? None;
        }

        private string Message(string action, string data) => Json.Write(writer =>
        {
            writer.WriteString("session_id", _session);
            writer.WriteString("message_id", Guid.NewGuid().ToString());
            writer.WriteString("action", action);
            writer.WriteString("data", data);
        });

        /// <summary>Theirs goes from −2 (0.6 times) over 0 (as it is) to 6 (2.5 times), one step being 0.2 up to 2 (1.5 times).</summary>
        private static double Speed(double factor) => Math.Clamp(factor <= 1.5 ? factor <= 1 ? (factor - 1) / 0.2 : (factor - 1) / 0.25 : 2 + ((factor - 1.5) * 4), -2, 6);
    }
}
