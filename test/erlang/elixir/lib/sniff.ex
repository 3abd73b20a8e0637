# SPDX-License-Identifier: ISC
defmodule Sniff do
  require Record

  Record.defrecord(
    :packet,
    :wirebeam_packet,
    Record.extract(:wirebeam_packet, from_lib: "wirebeam/include/wirebeam.hrl")
  )

  @doc "The bytes of all packets of a capture file."
  def bytes(path) do
    {:ok, capture} = :wirebeam.open(%{file: path})
    receive_all(capture, 0)
  end

  defp receive_all(capture, bytes) do
    receive do
      {:wirebeam, ^capture, {:packets, packets}} ->
        receive_all(capture, bytes + Enum.sum(for packet(data: data) <- packets, do: byte_size(data)))

      {:wirebeam_closed, ^capture, :eof} ->
        bytes
    end
  end
end
