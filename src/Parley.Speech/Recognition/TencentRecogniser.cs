using System.Globalization;
using System.Text.Json;
using Parley.Speech.Vendors;

namespace Parley.Speech.Recognition;

/// <summary>Tencent Cloud's real-time recognition (<c>/asr/v2/APPID</c>), signed address. Engine <c>16k_zh_en</c> or <c>8k_zh</c> unless a model or a language says another.</summary>
public sealed class TencentRecogniser : WebSocketRecogniser
{
    private const string Host = "asr.cloud.tencent.com";

    // Engines at 16 kHz are named by language; at 8 kHz there are the first two.
    private static readonly string[] s_languages = ["zh", "en", "yue", "ja", "ko", "vi", "ms", "id", "fil", "th", "pt", "tr", "ar", "es", "hi", "fr", "de"];

    /// <summary>Makes it; connects to nobody yet.</summary>
    /// <param name="options">With application id, secret id and secret key; extras are query parameters.</param>
    /// <param name="connections">The process's connections.</param>
    /// <exception cref="ArgumentException">One of these is missing, or the rate cannot be.</exception>
    public TencentRecogniser(RecognitionOptions options, SpeechConnections connections)
        : base(options, connections)
    {
        if (string.IsNullOrEmpty(options.AppId) || string.IsNullOrEmpty(options.SecretId) || string.IsNullOrEmpty(options.SecretKey))
            throw new ArgumentException("Tencent needs AppId, SecretId and SecretKey.", nameof(options));
    }

    /// <inheritdoc/>
    public override string Name => "tencent";

    private protected override Protocol Begin() => new Session(this);

    /// <summary>The engine of a language (<c>zh-CN</c>, <c>en</c>); of none, or of one that has no engine, Tencent's usual one.</summary>
    internal static string Engine(string? language, int rate)
    {
        var code = language?.Split('-')[0].ToLowerInvariant();
        if (Array.IndexOf(s_languages, code) is >= 0 and var at && (rate > 8000 || at < 2)) return $"{rate / 1000}k_{code}";
        return rate == 8000 ? "8k_zh" : "16k_zh_en";
    }

    private sealed class Session(TencentRecogniser vendor) : Protocol
    {
        private readonly string _voice = Guid.NewGuid().ToString("N");
        private bool _ready;

        public override Uri Address
        {
            get
            {
                var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
                var parameters = new Dictionary<string, string>
                {
                    ["engine_model_type"] = vendor.Options.Model ?? Engine(vendor.Options.Language, vendor.SampleRate),
                    ["voice_format"] = "1", // PCM
                    ["needvad"] = "1",
                    ["vad_silence_time"] = "700",
                    ["word_info"] = "1",
                    ["max_speak_time"] = "60000",
                    ["voice_id"] = _voice,
                    ["secretid"] = vendor.Options.SecretId!,
                    ["timestamp"] = now.ToString(CultureInfo.InvariantCulture),
                    ["expired"] = (now + 86_400).ToString(CultureInfo.InvariantCulture),
                    ["nonce"] = Random.Shared.Next(1, 1_000_000_000).ToString(CultureInfo.InvariantCulture),
                };
                foreach (var (name, value) in vendor.Options.Extra) parameters[name] = value;
                var address = vendor.Options.Endpoint ?? new Uri($"wss://{Host}");
                if (address.AbsolutePath.Length <= 1) address = new(address, $"/asr/v2/{Uri.EscapeDataString(vendor.Options.AppId!)}");
                return TencentSignature.Sign("", Host, address, parameters, "signature", vendor.Options.SecretKey!);
            }
        }

        public override bool IsReady => _ready;

        public override string Farewell => """{"type":"end"}""";

        public override RecogniserResult? Take(JsonElement message)
        {
            var code = message.At("code").Integer() ?? 0;
            if (code != 0)
            {
                // 4001–4003: parameters, authentication, service not open; 4004, 4005: no balance; 4006: too many at once.
                var failure = code switch
                {
                    4002 or 4003 or 4004 or 4005 => VendorFailure.Refused,
                    4006 => VendorFailure.RateLimited,
                    4001 => VendorFailure.Protocol,
                    _ => VendorFailure.Unavailable,
                };
                throw new SpeechVendorException(vendor.Name, failure, vendor.Secretless(message.At("message").Text()), code);
            }

            _ready = true;
            var result = message.At("result");
            if (result.ValueKind != JsonValueKind.Object) return null;
            return new(
                result.At("voice_text_str").Text() ?? "",
                result.At("slice_type").Integer() == 2,
                Milliseconds(result.At("start_time")),
                Milliseconds(result.At("end_time")),
                TaskId: _voice);
        }

        private static TimeSpan? Milliseconds(JsonElement element) => element.Number() is { } value ? TimeSpan.FromMilliseconds(value) : null;
    }
}
