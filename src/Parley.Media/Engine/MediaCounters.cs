namespace Parley.Media.Engine;

/// <summary>What a media engine holds now. All zero when every stream has been disposed of.</summary>
/// <param name="Streams">Open streams.</param>
/// <param name="Ports">Port pairs in use.</param>
/// <param name="Clocked">Streams on the media clocks: those that play, listen or send digits.</param>
/// <param name="Playing">Playbacks and other sources attached.</param>
/// <param name="Listening">Readers, recorders and other sinks attached.</param>
/// <param name="Relays">Relays connected.</param>
public readonly record struct MediaCounters(int Streams, int Ports, int Clocked, int Playing, int Listening, int Relays);
