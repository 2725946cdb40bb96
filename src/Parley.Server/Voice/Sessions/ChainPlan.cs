using Parley.Contracts.Voice;
using Parley.Contracts.Voice.Options;
using Parley.Speech;
using Parley.Speech.Activity;
using Parley.Speech.Progress;
using Parley.Speech.Recognition;
using Parley.Speech.Synthesis;

namespace Parley.Server.Voice.Sessions;

/// <summary>Options of a call as those of its speech, and what of them cannot be honoured.</summary>
internal static class ChainPlan
{
    // As many as anybody has accounts with; what a program nests deeper is not tried.
    private const int MaxVendors = 4;

    public static SpeechChainOptions Of(CallOption option, int rate, List<VoiceProblem> problems)
    {
        Unsupported(option, problems);
        return new()
        {
            Denoise = option.Denoise == true,
            VoiceActivity = option.Vad is { } vad ? Activity(vad, problems) : null,
            EndOfUtterance = option.Eou is { } eou ? Utterance(eou, problems) : null,
            Recognisers = [.. WithFallbacks(option.Asr, one => one.Fallback).Select(asr => Recognition(asr, problems)).OfType<RecognitionOptions>()],
            Synthesisers = [.. WithFallbacks(option.Tts ?? new(), one => one.Fallback).Select(tts => Synthesis(tts, problems))],
            AnsweringMachine = option.Amd is { Enabled: not false } ? new() : null,
            NetworkTones = option.RingbackDetection is { Enabled: true } ? ToneRegions.All : ToneRegions.None,
            Output = new() { SampleRate = rate },
        };
    }

    private static void Unsupported(CallOption option, List<VoiceProblem> problems)
    {
        Refuse(option.Agc, "option.agc", "there is no automatic gain; the audio is taken as it comes.");
        Refuse(option.MediaPass, "option.mediaPass", "audio is not passed to other sockets.");
        Refuse(option.Realtime, "option.realtime", "there are no realtime models here; asr, tts and a program of yours take their place.");
        if (option.Ambiance is { Enabled: not false, Path: null })
            problems.Add(new("option.ambiance.path", "must be there: the file to be heard."));

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

    private static VoiceActivityOptions Activity(VadOption vad, List<VoiceProblem> problems)
    {
        if (vad.Endpoint is not null)
            problems.Add(new("option.vad.endpoint", "voice activity is detected here, by the server's own detector."));
        var defaults = new VoiceActivityOptions();
        return new()
        {
            Type = vad.Type ?? defaults.Type,
            SampleRate = vad.Samplerate ?? defaults.SampleRate,
            SpeechPadding = Milliseconds(vad.SpeechPadding) ?? defaults.SpeechPadding,
            SilencePadding = Milliseconds(vad.SilencePadding) ?? defaults.SilencePadding,
            Ratio = vad.Ratio is { } ratio and not 0 ? ratio : defaults.Ratio,
            VoiceThreshold = vad.VoiceThreshold is { } threshold and not 0 ? threshold : defaults.VoiceThreshold,
            MaxBufferDuration = vad.MaxBufferDurationSecs is { } seconds and not 0 ? TimeSpan.FromSeconds(seconds) : defaults.MaxBufferDuration,
            SilenceTimeout = vad.SilenceTimeout is 0 ? null : Milliseconds(vad.SilenceTimeout),
        };
    }

    private static EndOfUtteranceOptions Utterance(EouOption eou, List<VoiceProblem> problems)
    {
        if (eou.Endpoint is not null)
            problems.Add(new("option.eou.endpoint", "ends of utterances are found here, by the server's own rules."));
        var defaults = new EndOfUtteranceOptions();
        if (Milliseconds(eou.Timeout) is not { } pause || pause == TimeSpan.Zero)
            return defaults;
        // The three pauses keep their proportion.
        var factor = pause / defaults.Pause;
        return new() { CompletePause = defaults.CompletePause * factor, Pause = pause, IncompletePause = defaults.IncompletePause * factor };
    }

    private static RecognitionOptions? Recognition(AsrOption asr, List<VoiceProblem> problems)
    {
        if (asr.BufferSize is > 0)
            problems.Add(new("option.asr.bufferSize", "the buffer is kept by time, not by bytes."));
        if (asr.Provider is not { Length: > 0 } provider)
        {
            problems.Add(new("option.asr.provider", "must be there: who recognises."));
            return null;
        }

        return new()
        {
            Provider = provider,
            Language = asr.Language,
            Model = asr.ModelType ?? asr.Model,
            AppId = asr.AppId,
            SecretId = asr.SecretId,
            SecretKey = asr.SecretKey,
            SampleRate = asr.Samplerate is 8000 ? 8000 : 16000,
            Endpoint = Address(asr.Endpoint, "option.asr.endpoint", problems),
            Extra = asr.Extra ?? new Dictionary<string, string>(),
        };
    }

    private static SynthesisOptions Synthesis(TtsOption tts, List<VoiceProblem> problems)
    {
        if (tts.Codec is { } codec && !codec.Equals("pcm", StringComparison.OrdinalIgnoreCase))
            problems.Add(new("option.tts.codec", "synthesised audio is pcm inside the server; the phone gets the codec of the call."));
        var defaults = new SynthesisOptions();
        return new()
        {
            Provider = tts.Provider ?? defaults.Provider,
            Speaker = tts.Speaker,
            Model = tts.Model,
            Language = tts.Language,
            Emotion = tts.Emotion,
            Speed = tts.Speed is { } speed and not 0 ? speed : defaults.Speed,
            Volume = tts.Volume is { } volume and not 0 ? volume : defaults.Volume,
            Subtitle = tts.Subtitle ?? defaults.Subtitle,
            SampleRate = tts.Samplerate is { } rate and not 0 ? rate : defaults.SampleRate,
            AppId = tts.AppId,
            SecretId = tts.SecretId,
            SecretKey = tts.SecretKey,
            Endpoint = Address(tts.Endpoint, "option.tts.endpoint", problems),
            Extra = tts.Extra ?? new Dictionary<string, string>(),
        };
    }

    private static Uri? Address(string? text, string field, List<VoiceProblem> problems)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
            return address;
        problems.Add(new(field, "is no URL."));
        return null;
    }

    private static TimeSpan? Milliseconds(uint? value) => value is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
