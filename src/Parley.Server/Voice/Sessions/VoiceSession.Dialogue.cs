using Parley.Contracts.Voice.Commands;
using Parley.Contracts.Voice.Events;
using Parley.Server.Voice.Bots;
using Parley.Speech;
using Parley.Speech.Dialogue;

namespace Parley.Server.Voice.Sessions;

/// <content>A bot that leads the conversation: a program may watch and command it, but need not be there.</content>
internal sealed partial class VoiceSession
{
    private VoiceBot? _bot;
    private BotConversation? _conversation;
    private VoiceEvent? _last;
    private bool _isAlone;

    /// <summary>Answers by itself: there is no socket, and nothing is kept for one.</summary>
    public void ServeAlone(AcceptCommand accept)
    {
        Box.End();
        _isAlone = true;
        Post(() => Do(accept));
    }

    /// <summary>What the call's speech is made of: the call's own options go before the bot's.</summary>
    private SpeechChainOptions Parts(int rate)
    {
        var parts = ChainPlan.Of(_option, rate, _core.Addresses, _held);
        parts = parts with { Recognition = _core.Options.Recognition with { ConnectWithAudio = parts.Recognition.ConnectWithAudio } };
        if (Given(_option.Bot) is not { } name)
            return parts;
        if (!_core.Bots.TryGetValue(name, out _bot))
        {
            _held.Add(new("option.bot", _core.Bots.Count == 0 ? "the server has no bots." : $"there is no bot '{name}'; there are: {string.Join(", ", _core.Bots.Keys)}."));
            return parts;
        }

        if (_bot.Settings.Record)
            _recorder ??= new() { Samplerate = rate }; // more than the call has would only cost
        var own = _bot.Chain;
        return parts with
        {
            Denoise = _option.Denoise ?? own.Denoise,
            VoiceActivity = _option.Vad is null ? own.VoiceActivity : parts.VoiceActivity,
            EndOfUtterance = _option.Eou is null ? own.EndOfUtterance : parts.EndOfUtterance,
            Recognisers = _option.Asr is null ? own.Recognisers : parts.Recognisers,
            Synthesisers = _option.Tts is null ? own.Synthesisers : parts.Synthesisers,
        };
    }

    private void BeginDialogue()
    {
        if (_bot is { } bot && _conversation is null && _chain is { } chain && _call is { } call)
            _conversation = new(bot, _core, call, Id, _option.Extra, chain, (tool, target, done) => Post(() => Transfer(tool, target, done)));
    }

    private void Transfer(DialogueTool tool, string target, TaskCompletionSource<string> done)
    {
        if (_isReferring || _bridge is not null)
        {
            done.SetResult("failed: the call is being connected with somebody already");
            return;
        }

        _conversation!.Follow(done);
        var byPhone = tool.Method == DialogueTransfer.Refer;
        // The bot does not come back: where no program leads the call behind it, nobody else would end it.
        Refer(new ReferCommand { Callee = target, Options = new() { Method = byPhone ? "refer" : null, Moh = byPhone ? null : tool.Music, AutoHangup = _isAlone ? true : null } });
    }
}
