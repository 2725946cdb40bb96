using Parley.Contracts.Voice.Commands;
using Parley.Media.Rtp;
using Parley.Server.Voice.Sessions;

namespace Parley.Server.Voice.Sound;

/// <summary>Keys pressed for another side. Its owner's mailbox runs everything here.</summary>
/// <param name="context">The session.</param>
internal sealed class Keypad(SessionContext context)
{
    // Longer than any card number with all that goes with it.
    private const int MaxDigits = 64;

    /// <summary>Does what a command says.</summary>
    /// <param name="command">Which keys, and how.</param>
    /// <param name="press">Presses them in the audio.</param>
    /// <param name="signal">Whose signalling carries them, where the command wants that; null when there is none, and that has been told.</param>
    public void Press(SendDtmfCommand command, Func<string, DtmfOptions, CancellationToken, Task> press, Func<Call?> signal)
    {
        if (command.Digits.Length is 0 or > MaxDigits)
        {
            context.Fail("sendDtmf", $"digits: 1 to {MaxDigits} of them, of 0-9, *, #, A-D.");
            return;
        }

        var options = new DtmfOptions { Duration = TimeSpan.FromMilliseconds(command.Duration ?? 100), Gap = TimeSpan.FromMilliseconds(command.Gap ?? 100) };
        switch (command.Method?.ToLowerInvariant())
        {
            case null or "" or "rtp" or "rfc4733" or "rfc2833":
                context.Begin("sendDtmf", () => press(command.Digits, options, context.Ending));
                break;
            case "inband":
                context.Begin("sendDtmf", () => press(command.Digits, options with { InBand = true }, context.Ending));
                break;
            case "info":
                if (signal() is { } call)
                    context.Begin("sendDtmf", () => call.SendInfoDigitsAsync(command.Digits, options, context.Ending));
                break;
            default:
                context.Fail("sendDtmf", $"method: '{command.Method}' is none; there are rtp (rfc4733), info and inband.");
                break;
        }
    }
}
