using Parley.BenchSupport;
using Parley.Client.Voice;

namespace Parley.VoiceBench;

/// <summary>One call: the program, the phone's end of it, the recogniser of it.</summary>
internal sealed class Line(string name) : FarLine
{
    public string Name => name;

    public VoiceClient Client { get; set; } = null!;

    public ScriptedRecogniser Recogniser { get; } = new();
}
