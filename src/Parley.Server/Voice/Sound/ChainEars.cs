using Parley.Media.Audio;
using Parley.Server.Voice.Sessions;
using Parley.Server.Voice.Streaming;
using Parley.Speech;

namespace Parley.Server.Voice.Sound;

/// <summary>Which parts of a chain hear the line: each what it can judge. Its owner's mailbox runs everything here.</summary>
/// <param name="chain">Whose parts.</param>
/// <param name="line">What is heard.</param>
/// <param name="isDeaf">Whether they hear silence; asked by the clock of the audio.</param>
internal sealed class ChainEars(SpeechChain chain, IVoiceLine line, Func<bool> isDeaf) : IDisposable
{
    private readonly Dictionary<IAudioSink, IDisposable> _hearing = [];

    /// <summary>Opens those that hear now, and closes the others: who answered begins with the answer, and the network says no more then.</summary>
    /// <param name="isAnswered">Whether the call is answered.</param>
    /// <param name="waitsForAnswer">Whether nobody listens before.</param>
    public void Open(bool isAnswered, bool waitsForAnswer)
    {
        foreach (var input in chain.Inputs)
        {
            var hears = input == chain.NetworkTones ? !isAnswered : isAnswered || (input != chain.Answerer && !waitsForAnswer);
            if (!hears && _hearing.Remove(input, out var heard))
                heard.Dispose();
            else if (hears && !_hearing.ContainsKey(input))
                _hearing.Add(input, line.Listen(new MutableSink(input, isDeaf)));
        }
    }

    /// <summary>Closes all; they can be opened again.</summary>
    public void Dispose()
    {
        foreach (var one in _hearing.Values)
            one.Dispose();
        _hearing.Clear();
    }
}
