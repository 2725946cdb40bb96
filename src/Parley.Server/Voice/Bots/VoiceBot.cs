using System.Text.Json;
using Parley.Contracts.Voice;
using Parley.Server.Voice.Incoming;
using Parley.Speech;
using Parley.Speech.Dialogue;
using Parley.Speech.Vendors;

namespace Parley.Server.Voice.Bots;

/// <summary>A bot of the configuration: checked once, so that a mistake in it shows before the first call.</summary>
internal sealed class VoiceBot
{
    private readonly Webhook? _afterCall;

    /// <exception cref="ArgumentException">Something of it cannot be; the message names the bot and what.</exception>
    public VoiceBot(string name, BotSettings settings, SpeechProviders speech)
    {
        Name = name;
        Settings = settings;
        try
        {
            Chain = settings.Chain();
            Dialogue = settings.Dialogue();
            Dialogue.Validate();
            Chain.VoiceActivity?.Validate();
            if (Chain.Recognisers.Select(one => speech.Recogniser(one).SampleRate).Distinct().Count() > 1)
                throw new ArgumentException("its recognisers take different sample rates.");
            foreach (var one in Chain.Synthesisers)
                speech.Synthesiser(one);
            if (settings.AfterCall is { } report)
                _afterCall = new(new() { Url = Checked(report.Url), Secret = Secret(report.SecretEnv) });
        }
        catch (Exception e) when (e is ArgumentException or InvalidDataException)
        {
            throw new ArgumentException($"The bot '{name}': {e.Message}", nameof(settings), e);
        }
    }

    public string Name { get; }

    public BotSettings Settings { get; }

    /// <summary>The parts of a call's speech; the rate of the output is the call's.</summary>
    public SpeechChainOptions Chain { get; }

    public DialogueOptions Dialogue { get; }

    public bool Reports => _afterCall is not null;

    /// <summary>Tells of a call that is over. Nobody waits for it; what fails is logged.</summary>
    public async Task ReportAsync(WebhookClient client, BotCallReport report)
    {
        try
        {
            await client.PostAsync(_afterCall!, JsonSerializer.SerializeToUtf8Bytes(report, VoiceJson.Default.BotCallReport), CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The server is closed.
        }
    }

    private static Uri Checked(Uri url) => url is { IsAbsoluteUri: true, Scheme: "http" or "https" } ? url : throw new ArgumentException($"afterCall.url: '{url}' is no URL of http or https.");

    private static string? Secret(string? variable) => variable is null ? null
        : Environment.GetEnvironmentVariable(variable) ?? throw new InvalidDataException($"The environment variable {variable} is not set.");
}
