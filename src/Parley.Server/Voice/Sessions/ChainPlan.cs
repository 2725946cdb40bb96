using System.Globalization;
using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Speech;
using Parley.Speech.Activity;
using Parley.Speech.Progress;
using Parley.Speech.Recognition;
using Parley.Speech.Signal;
using Parley.Speech.Synthesis;

namespace Parley.Server.Voice.Sessions;

/// <summary>Options of a call as those of its speech, and what of them cannot be honoured.</summary>
internal static class ChainPlan
{
    // As many as anybody has accounts with; what a program nests deeper is not tried.
    private const int MaxVendors = 4;

    // More at once is a burst that vendors refuse.
    private const int MostTexts = 16;

    public static SpeechChainOptions Of(CallOption option, int rate, VendorAddresses addresses, List<VoiceProblem> problems)
    {
        Unsupported(option, problems);
        return new()
        {
            Denoise = option.Denoise == true,
            Gain = option.Agc is { } agc ? Gain(agc, problems) : null,
            VoiceActivity = option.Vad is { } vad ? Activity(vad, problems) : null,
            EndOfUtterance = option.Eou is { } eou ? Utterance(eou, problems) : null,
            Recognisers = [.. WithFallbacks(option.Asr, one => one.Fallback).Select(asr => Recognition(asr, addresses, problems)).OfType<RecognitionOptions>()],
            // Nothing is asked of a vendor before he is to hear something.
            Recognition = new() { ConnectWithAudio = option.Asr?.StartWhenAnswer == true },
            Synthesisers = [.. WithFallbacks(option.Tts ?? new(), one => one.Fallback).Select(tts => Synthesis(tts, "option.tts", addresses, problems)).OfType<SynthesisOptions>()],
            ConcurrentTexts = option.Tts?.MaxConcurrentTasks is { } texts ? Texts(texts, "option.tts.maxConcurrentTasks", problems) : 1,
            AnsweringMachine = option.Amd is { Enabled: not false } ? new() : null,
            NetworkTones = option.RingbackDetection is { Enabled: true } tones ? Tones(tones, problems) : ToneRegions.None,
            Output = new() { SampleRate = rate },
        };
    }

    /// <summary>How many texts may be synthesised at once.</summary>
    internal static int Texts(int value, string field, List<VoiceProblem> problems) => (int)InRange(value, 1, MostTexts, 1, field, problems);

    private static void Unsupported(CallOption option, List<VoiceProblem> problems)
    {
        if (option.Ambiance is { Enabled: not false, Path: null })
            problems.Add(new("option.ambiance.path", "must be there: the file to be heard."));
        Refuse(option.Agc is not null && option.Asr is null ? option.Agc : null, "option.agc", "it is for the recogniser, and there is none (option.asr).");

        void Refuse(object? value, string field, string why)
        {
            if (value is not null)
                problems.Add(new(field, why));
        }
    }

    private static IEnumerable<T> WithFallbacks<T>(T? first, Func<T, T?> next)
        where T : class
    {
        for (var (one, count) = (first, 0); one is not null && count < MaxVendors; count++, one = next(one))
            yield return one;
    }

    /// <summary>Tells what of the options is for calls of browsers, or over the socket, and this is one of a phone.</summary>
    public static void NotOfPhones(CallOption option, List<VoiceProblem> problems)
    {
        foreach (var (given, name, why) in new[]
        {
            (!string.IsNullOrEmpty(option.Offer), "offer", "is a browser's; the offer to a phone is made here."),
            (option.EnableIceLite == true, "enableIceLite", "phones are called without ICE."),
        })
        {
            if (given)
                problems.Add(new($"option.{name}", why));
        }
    }

    private static GainControlOptions Gain(AgcOption agc, List<VoiceProblem> problems)
    {
        var usual = new GainControlOptions();
        var most = Number(agc.MaxGainDb, 0, 60, usual.MaxGainDecibels, "maxGainDb");
        return new()
        {
            HeadroomDecibels = Number(agc.HeadroomDb, 0, 60, usual.HeadroomDecibels, "headroomDb"),
            MaxGainDecibels = most,
            InitialGainDecibels = Number(agc.InitialGainDb, 0, most, Math.Min(usual.InitialGainDecibels, most), "initialGainDb"),
            MaxGainChangePerSecond = Number(agc.MaxGainChangeDbPerSecond, 0.1, 1000, usual.MaxGainChangePerSecond, "maxGainChangeDbPerSecond"),
            MaxOutputNoiseDecibels = Number(agc.MaxOutputNoiseLevelDbfs, -100, 0, usual.MaxOutputNoiseDecibels, "maxOutputNoiseLevelDbfs"),
            AdjacentSpeechFrames = (int)Number(agc.AdjacentSpeechFramesThreshold, 1, 1000, usual.AdjacentSpeechFrames, "adjacentSpeechFramesThreshold"),
            Limiter = agc.EnableLimiter ?? usual.Limiter,
        };

        double Number(double? value, double least, double most, double usual, string name) => value is { } given ? InRange(given, least, most, usual, $"option.agc.{name}", problems) : usual;
    }

    private static VoiceActivityOptions Activity(VadOption vad, List<VoiceProblem> problems)
    {
        if (vad.Endpoint is not null || vad.SecretKey is not null || vad.SecretId is not null)
            problems.Add(new("option.vad.endpoint", "voice activity is detected here, by the server's own detector; it needs no address and no keys."));
        var defaults = new VoiceActivityOptions();
        var rate = vad.Samplerate is null or 0 ? defaults.SampleRate : vad.Samplerate.Value;
        if (rate is not (8000 or 16000))
        {
            problems.Add(new("option.vad.samplerate", $"must be 8000 or 16000, not {rate}; {defaults.SampleRate} is taken."));
            rate = defaults.SampleRate;
        }

        return new()
        {
            Type = string.IsNullOrEmpty(vad.Type) ? defaults.Type : vad.Type,
            SampleRate = rate,
            SpeechPadding = Time(vad.SpeechPadding, 0, 5_000, defaults.SpeechPadding, "speechPadding"),
            SilencePadding = Time(vad.SilencePadding, 20, 10_000, defaults.SilencePadding, "silencePadding"),
            Ratio = vad.Ratio is null or 0 ? defaults.Ratio : InRange(vad.Ratio.Value, 0.01, 1, defaults.Ratio, "option.vad.ratio", problems),
            VoiceThreshold = vad.VoiceThreshold is null or 0 ? defaults.VoiceThreshold : InRange(vad.VoiceThreshold.Value, 0.01, 0.99, defaults.VoiceThreshold, "option.vad.voiceThreshold", problems),
            MaxBufferDuration = vad.MaxBufferDurationSecs is null or 0 ? defaults.MaxBufferDuration
                : TimeSpan.FromSeconds(InRange(vad.MaxBufferDurationSecs.Value, 1, 600, defaults.MaxBufferDuration.TotalSeconds, "option.vad.maxBufferDurationSecs", problems)),
            SilenceTimeout = vad.SilenceTimeout is null or 0 ? null : Time(vad.SilenceTimeout, 100, 86_400_000, TimeSpan.FromSeconds(5), "silenceTimeout"),
        };

        // Clients leave out what is zero, or send it for what they do not set.
        TimeSpan Time(uint? value, double least, double most, TimeSpan usual, string name) =>
            value is null or 0 ? usual : TimeSpan.FromMilliseconds(InRange(value.Value, least, most, usual.TotalMilliseconds, $"option.vad.{name}", problems));
    }

    private static EndOfUtteranceOptions Utterance(EouOption eou, List<VoiceProblem> problems)
    {
        if (eou.Type is { Length: > 0 } || eou.Endpoint is not null || eou.SecretKey is not null || eou.SecretId is not null || eou.Extra is { Count: > 0 })
            problems.Add(new("option.eou", "ends of utterances are found here, by the server's own rules; of the option there is timeout, and the others have no effect."));
        var defaults = new EndOfUtteranceOptions();
        if (eou.Timeout is null or 0)
            return defaults;
        var pause = TimeSpan.FromMilliseconds(InRange(eou.Timeout.Value, 50, 14_000, defaults.Pause.TotalMilliseconds, "option.eou.timeout", problems));
        // The three pauses keep their proportion.
        var factor = pause / defaults.Pause;
        return new() { CompletePause = defaults.CompletePause * factor, Pause = pause, IncompletePause = defaults.IncompletePause * factor };
    }

    private static ToneRegions Tones(RingbackDetectionOption option, List<VoiceProblem> problems)
    {
        foreach (var (given, name) in new (object?, string)[]
        {
            (option.ModelWeightsPath, "modelWeightsPath"), (option.DetectionIntervalSecs, "detectionIntervalSecs"), (option.ConfidenceThreshold, "confidenceThreshold"),
            (option.SlidingWindowSize, "slidingWindowSize"), (option.FinalConfidenceThreshold, "finalConfidenceThreshold"),
        })
        {
            if (given is not null)
                problems.Add(new($"option.ringbackDetection.{name}", "the tones are told by their frequencies and rhythm, as soon as these are certain; this has no effect."));
        }

        if (option.MinBufferSecs is { } seconds)
            InRange(seconds, 0, 60, 0, "option.ringbackDetection.minBufferSecs", problems);
        return ToneRegions.All;
    }

    private static RecognitionOptions? Recognition(AsrOption asr, VendorAddresses addresses, List<VoiceProblem> problems)
    {
        if (asr.BufferSize is > 0)
            problems.Add(new("option.asr.bufferSize", "the buffer is kept by time, not by bytes."));
        if (asr.Samplerate is not (null or 0 or 8000 or 16000))
            problems.Add(new("option.asr.samplerate", $"must be 8000 or 16000, not {asr.Samplerate}; 16000 is taken."));
        if (asr.Provider is not { Length: > 0 } provider)
        {
            problems.Add(new("option.asr.provider", "must be there: who recognises."));
            return null;
        }

        VendorGaps.Name(provider, asr, problems);
        if (!addresses.TryRead(asr.Endpoint, "option.asr.endpoint", problems, out var address))
            return null;
        return new()
        {
            Provider = provider,
            Language = asr.Language,
            Model = asr.ModelType ?? asr.Model,
            AppId = asr.AppId,
            SecretId = asr.SecretId,
            SecretKey = asr.SecretKey,
            SampleRate = asr.Samplerate is 8000 ? 8000 : 16000,
            Endpoint = address,
            Connections = address is null ? null : addresses.Connections,
            Extra = asr.Extra ?? new Dictionary<string, string>(),
        };
    }

    /// <summary>How a text is spoken.</summary>
    /// <param name="tts">What is asked for.</param>
    /// <param name="owner">Whose address it is: the call's options', or a text's.</param>
    /// <param name="addresses">Where vendors may be.</param>
    /// <param name="problems">Takes what cannot be honoured.</param>
    /// <returns>Null when there may be nobody at its address.</returns>
    internal static SynthesisOptions? Synthesis(TtsOption tts, string owner, VendorAddresses addresses, List<VoiceProblem> problems)
    {
        if (tts.Codec is { Length: > 0 } codec && !codec.Equals("pcm", StringComparison.OrdinalIgnoreCase))
            problems.Add(new("option.tts.codec", "synthesised audio is pcm inside the server; the phone gets the codec of the call."));
        if (tts.SessionId is { Length: > 0 })
            problems.Add(new("option.tts.sessionId", "the server's connections to providers have sessions of their own."));
        if (!addresses.TryRead(tts.Endpoint, $"{owner}.endpoint", problems, out var address))
            return null;
        var defaults = new SynthesisOptions();
        var provider = string.IsNullOrEmpty(tts.Provider) ? defaults.Provider : tts.Provider;
        VendorGaps.Name(provider, tts, owner, problems);
        return new()
        {
            Provider = provider,
            Speaker = string.IsNullOrEmpty(tts.Speaker) ? null : tts.Speaker,
            Model = tts.Model,
            Language = tts.Language,
            Emotion = tts.Emotion,
            Speed = tts.Speed is null or 0 ? defaults.Speed : InRange(tts.Speed.Value, 0.25, 4, defaults.Speed, "option.tts.speed", problems),
            Volume = tts.Volume is null or 0 ? defaults.Volume : (int)InRange(tts.Volume.Value, 1, 10, defaults.Volume, "option.tts.volume", problems),
            Subtitle = tts.Subtitle ?? defaults.Subtitle,
            SampleRate = tts.Samplerate is null or 0 ? defaults.SampleRate : (int)InRange(tts.Samplerate.Value, 8_000, 48_000, defaults.SampleRate, "option.tts.samplerate", problems),
            AppId = tts.AppId,
            SecretId = tts.SecretId,
            SecretKey = tts.SecretKey,
            Endpoint = address,
            Connections = address is null ? null : addresses.Connections,
            Extra = tts.Extra ?? new Dictionary<string, string>(),
        };
    }

    private static double InRange(double value, double least, double most, double usual, string field, List<VoiceProblem> problems)
    {
        if (value >= least && value <= most)
            return value;
        problems.Add(new(field, string.Create(CultureInfo.InvariantCulture, $"must be {least} to {most}, not {value}; {usual} is taken.")));
        return usual;
    }
}
