using System.Diagnostics.CodeAnalysis;
using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Sessions;
using Parley.Speech;
using Parley.Speech.Dialogue;
using Parley.Speech.Output;

namespace Parley.Server.Voice.Bots;

/// <summary>The bot that leads a session's call, where its options name one: a program may watch and command the call, but need not be there. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
/// <param name="call">Its call.</param>
[SuppressMessage("Design", "CA1001", Justification = "The conversation is disposed of with its last event: CloseAsync.")]
internal sealed class SessionBot(SessionContext context, SessionCall call)
{
    private VoiceBot? _bot;
    private BotConversation? _conversation;

    /// <summary>Whether no program leads the call behind the bot.</summary>
    public bool IsAlone { get; set; }

    /// <summary>What the call's speech is made of: the call's own options go before the bot's.</summary>
    /// <param name="parts">By the call's own options.</param>
    /// <param name="rate">Samples per second of the call.</param>
    public SpeechChainOptions Over(SpeechChainOptions parts, int rate)
    {
        var option = call.Option;
        if (option.Bot.Given() is not { } name)
            return parts;
        var bots = context.Core.Bots;
        if (!bots.TryGetValue(name, out _bot))
        {
            context.Held.Problems.Add(new("option.bot", bots.Count == 0 ? "the server has no bots." : $"there is no bot '{name}'; there are: {string.Join(", ", bots.Keys)}."));
            return parts;
        }

        if (_bot.Settings.Record)
            call.Recorder ??= new() { Samplerate = rate }; // more than the call has would only cost
        var own = _bot.Chain;
        return parts with
        {
            Denoise = option.Denoise ?? own.Denoise,
            VoiceActivity = option.Vad is null ? own.VoiceActivity : parts.VoiceActivity,
            EndOfUtterance = option.Eou is null ? own.EndOfUtterance : parts.EndOfUtterance,
            Recognisers = option.Asr is null ? own.Recognisers : parts.Recognisers,
            Synthesisers = option.Tts is null ? own.Synthesisers : parts.Synthesisers,
        };
    }

    /// <summary>The call is answered: the bot, if there is one, begins to lead it.</summary>
    /// <param name="chain">The call's speech.</param>
    /// <param name="isJoined">Whether the call is being connected with somebody.</param>
    /// <param name="refer">Connects it.</param>
    public void Begin(SpeechChain chain, Func<bool> isJoined, Action<ReferCommand> refer)
    {
        if (_bot is { } bot && _conversation is null && call.Sip is { } sip)
        {
            _conversation = new(bot, context.Core, sip, context.Id, call.Option.Extra, chain, (tool, target, done) => context.Post(() =>
            {
                if (isJoined())
                    done.SetResult("failed: the call is being connected with somebody already");
                else
                    Transfer(tool, target, done, refer);
            }));
        }
    }

    /// <summary>An event of the session, before it is told.</summary>
    /// <param name="happened">Which.</param>
    /// <param name="isConnecting">Whether the call is being connected with somebody.</param>
    public void Told(VoiceEvent happened, bool isConnecting) => _conversation?.Told(happened, isConnecting);

    /// <summary>The caller has pressed a key.</summary>
    public void Press(char digit) => _conversation?.Press(digit);

    /// <summary>A program has cut what was said.</summary>
    public void Interrupt(Interruption? heard) => _conversation?.Interrupt(heard);

    /// <summary>The call is over. Before its chain is disposed of.</summary>
    /// <param name="last">The call's last event.</param>
    public Task CloseAsync(VoiceEvent? last) => _conversation?.CloseAsync(last) ?? Task.CompletedTask;

    private void Transfer(DialogueTool tool, string target, TaskCompletionSource<string> done, Action<ReferCommand> refer)
    {
        _conversation!.Follow(done);
        var byPhone = tool.Method == DialogueTransfer.Refer;
        // The bot does not come back: where no program leads the call behind it, nobody else would end it.
        refer(new ReferCommand { Callee = target, Options = new() { Method = byPhone ? "refer" : null, Moh = byPhone ? null : tool.Music, AutoHangup = IsAlone ? true : null } });
    }
}
